import { compiler, RuleType } from 'markdown-to-jsx/react';
import { Children, type ReactNode, useMemo } from 'react';
import type { Language } from '../../../protocol/language.ts';
import { useWords } from '../../context/context.ts';
import { TermMarks } from '../terms/term-marks.tsx';
import { Code } from './code.tsx';
import { DocumentLink } from './document-link.tsx';
import { blockLanguage } from './experiment-block.ts';
import { ExperimentFigure } from './experiment-figure.tsx';
import classes from './guide.module.css';
import type { Document } from './library.ts';

/** A document as it is read: headings with links to them, experiments where it names them, terms with their cards. */
export function Article({ id, document }: { id: string; document: Document }) {
  const { language } = useWords();
  const article = useMemo(() => render(id, document, language), [id, document, language]);
  return <article className={classes.article}>{article}</article>;
}

function render(id: string, { text, headings }: Document, language: Language): ReactNode {
  let experiments = 0;
  let heading = 0;
  const marks = new TermMarks(language, id);
  return compiler(text, {
    disableParsingRawHTML: true,
    disableFrontmatter: true,
    forceBlock: true,
    wrapper: null,
    overrides: { th: HeadCell },
    renderRule(next, node, renderChildren, state) {
      switch (node.type) {
        case RuleType.heading: {
          marks.begin();
          if (node.level === 1)
            return <h1 key={state.key}>{renderChildren(node.children, { ...state, inAnchor: true })}</h1>;
          const named = headings[heading++];
          const Level = `h${node.level}` as const;
          return (
            <Level key={state.key} id={named?.id} tabIndex={-1}>
              {renderChildren(node.children, { ...state, inAnchor: true })}
            </Level>
          );
        }
        case RuleType.codeBlock:
          if (node.lang !== blockLanguage) return <Code key={state.key} text={node.text} lang={node.lang} />;
          return <ExperimentFigure key={state.key} place={`guide/${id}/${experiments++}`} block={node.text} />;
        case RuleType.link:
          return (
            <DocumentLink key={state.key} target={node.target ?? ''}>
              {renderChildren(node.children, { ...state, inAnchor: true })}
            </DocumentLink>
          );
        // The pictures are of this window.
        case RuleType.image:
          return undefined;
        case RuleType.table:
          return (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard
            <div key={state.key} className={classes.table} tabIndex={0}>
              {next()}
            </div>
          );
        case RuleType.text:
          return state.inAnchor ? next() : marks.mark(node.text, state.key);
        case RuleType.codeInline:
          return state.inAnchor ? next() : (marks.markCode(node.text, state.key) ?? next());
        default:
          return next();
      }
    },
  });
}

/** A corner of a table that says nothing is no heading. */
function HeadCell({ children }: { children?: ReactNode }) {
  return Children.count(children) === 0 ? <td /> : <th scope="col">{children}</th>;
}
