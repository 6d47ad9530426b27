import { useEffect, useRef, useState } from 'react';
import { addressOf, addressOfGuide } from '../../context/address.ts';
import { useApp, useWords } from '../../context/context.ts';
import { Empty } from '../shared/panel.tsx';
import { Waiting } from '../shared/waiting.tsx';
import { Article } from './article.tsx';
import { allChapters, appendix, type Chapter, chapters } from './contents.ts';
import classes from './guide.module.css';
import { type Document, loadDocument } from './library.ts';
import { namedExperiments } from './named-experiments.ts';

interface Props {
  readonly chapter: string | undefined;
  readonly heading: string | undefined;
}

type Loaded = { readonly id: string; readonly language: string } & (
  | { readonly document: Document | undefined }
  | { readonly reason: string }
);

/** The documents, to be read where their experiments can be tried. */
export default function GuidePage({ chapter, heading }: Props) {
  const { t, language } = useWords();
  const id = chapter ?? chapters[0]?.id ?? '';
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    let wanted = true;
    loadDocument(id, language).then(
      (document) => wanted && setLoaded({ id, language, document }),
      (error: unknown) => wanted && setLoaded({ id, language, reason: String(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [id, language]);
  const shown = loaded?.id === id && loaded.language === language ? loaded : undefined;
  const document = shown && 'document' in shown ? shown.document : undefined;
  return (
    <div className={classes.page}>
      <Contents id={id} heading={heading} document={document} />
      {document ? (
        <Reading key={`${id} ${language}`} id={id} document={document} heading={heading} />
      ) : shown ? (
        <div className={classes.reading}>
          <h1 className={classes.title}>{t('guide.title')}</h1>
          <Empty>{'reason' in shown ? t('guide.failed', { reason: shown.reason }) : t('guide.missing', { id })}</Empty>
        </div>
      ) : (
        <Waiting text={t('guide.loading')} />
      )}
    </div>
  );
}

interface ContentsProps {
  readonly id: string;
  readonly heading: string | undefined;
  readonly document: Document | undefined;
}

/** The chapters, the headings of the one that is open, and the experiments in it. */
function Contents({ id, heading, document }: ContentsProps) {
  const { t, pick } = useWords();
  const catalogue = useApp((state) => state.catalogue) ?? [];
  const used = document ? namedExperiments(document.text, catalogue) : [];
  const list = (members: readonly Chapter[]) => (
    <ul className={classes.list}>
      {members.map((chapter) => (
        <li key={chapter.id}>
          <a
            className={classes.chapter}
            href={addressOfGuide(chapter.id)}
            aria-current={chapter.id === id ? 'page' : undefined}
          >
            {pick(chapter.title)}
          </a>
          {chapter.id === id && document && document.headings.length > 0 && (
            <ul className={classes.headings}>
              {document.headings.map((each) => (
                <li key={each.id}>
                  <a
                    className={classes.heading}
                    href={addressOfGuide(id, each.id)}
                    aria-current={each.id === heading ? 'location' : undefined}
                  >
                    {each.title}
                  </a>
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
  return (
    <nav className={classes.contents} aria-label={t('guide.chapters')}>
      <h2>{t('guide.chapters')}</h2>
      {list(chapters)}
      <h2>{t('guide.appendix')}</h2>
      {list(appendix)}
      {used.length > 0 && (
        <>
          <h2>{t('guide.used')}</h2>
          <ul className={classes.list}>
            {used.map((experiment) => (
              <li key={experiment.id}>
                <a className={classes.chapter} href={addressOf(experiment.id)}>
                  {pick(experiment.title)}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </nav>
  );
}

interface ReadingProps {
  readonly id: string;
  readonly document: Document;
  readonly heading: string | undefined;
}

/** A chapter from its beginning, or from the heading that its address names. */
function Reading({ id, document, heading }: ReadingProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const at = heading === undefined ? undefined : window.document.getElementById(heading);
    if (at) {
      at.scrollIntoView();
      at.focus({ preventScroll: true });
    } else ref.current?.scrollTo(0, 0);
  }, [heading]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard
    <div ref={ref} className={classes.reading} tabIndex={0} data-chapter={id}>
      <Article id={id} document={document} />
      <Onwards id={id} />
    </div>
  );
}

function Onwards({ id }: { id: string }) {
  const { t, pick } = useWords();
  const place = allChapters.findIndex((chapter) => chapter.id === id);
  const [before, after] = place < 0 ? [] : [allChapters[place - 1], allChapters[place + 1]];
  return (
    <p className={classes.onwards}>
      {before && <a href={addressOfGuide(before.id)}>{t('guide.previous', { title: pick(before.title) })}</a>}
      {after && <a href={addressOfGuide(after.id)}>{t('guide.next', { title: pick(after.title) })}</a>}
    </p>
  );
}
