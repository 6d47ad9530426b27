import type { FixId } from '../../../protocol/fixes/fix-ids.ts';
import { fixNames } from '../../../protocol/fixes/fixes-for.ts';
import type { Language } from '../../../protocol/language.ts';
import { addressOf, addressOfGuide, addressOfLimits } from '../../context/address.ts';
import { errnoSentences } from '../log/strace.ts';
import { terms } from '../terms/terms.ts';
import { allChapters } from './contents.ts';
import { loadDocument } from './library.ts';

/** A place in the guide that a search finds. */
export interface GuideEntry {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly keywords: string[];
  readonly address: string;
}

/** What is found beside the views and commands. */
export type GuideEntries = Record<'chapters' | 'terms' | 'errnos' | 'fixes', GuideEntry[]>;

interface ErrnoPlaces {
  readonly fix?: FixId;
  /** The experiment that shows it happen. */
  readonly experiment?: string;
  readonly zh: string;
}

/** Where an errno of the calls on memory is explained: how it is set right, and where it can be watched. */
const errnos: Readonly<Record<string, ErrnoPlaces>> = {
  ENOMEM: { fix: 'ulimit', experiment: 'lock-limit', zh: '无法分配内存' },
  EPERM: { fix: 'ulimit', experiment: 'lock-limit', zh: '不允许的操作' },
  EAGAIN: { fix: 'ulimit', experiment: 'lock-limit', zh: '资源暂时不可用' },
  EINVAL: { fix: 'unlock-first', experiment: 'reclaim', zh: '无效的参数' },
  ENOSYS: { fix: 'call-filter', zh: '功能未实现' },
};

function errnoEntries(language: Language): GuideEntry[] {
  return Object.entries(errnos).flatMap(([errno, { fix, experiment, zh }]) => {
    const sentence = errnoSentences[errno] ?? '';
    const entry = (id: string, label: string, address: string): GuideEntry => ({
      id: `errno-${errno}-${id}`,
      label: `${errno}, ${language === 'zh' ? zh : sentence}: ${label}`,
      description: '',
      keywords: [sentence, zh],
      address,
    });
    const [how, where] = language === 'zh' ? ['如何解决', '在实验中观察'] : ['how to fix it', 'watch it happen'];
    return [
      ...(fix ? [entry('fix', how, addressOfLimits(fix))] : []),
      ...(experiment ? [entry('experiment', where, addressOf(experiment))] : []),
    ];
  });
}

/** Chapters with their headings, read from the documents when somebody first searches; terms, errnos and fixes. */
export async function findEntries(language: Language): Promise<GuideEntries> {
  const chapters = await Promise.all(
    allChapters.map(async ({ id, title }) => {
      const headings = (await loadDocument(id, language))?.headings ?? [];
      const own = { id: `guide-${id}`, label: title[language], description: '', keywords: [title.en, title.zh] };
      return [
        { ...own, address: addressOfGuide(id) },
        ...headings.map((heading) => ({
          id: `guide-${id}-${heading.id}`,
          label: heading.title,
          description: title[language],
          keywords: [heading.id.replaceAll('-', ' ')],
          address: addressOfGuide(id, heading.id),
        })),
      ];
    }),
  );
  return {
    chapters: chapters.flat(),
    errnos: errnoEntries(language),
    fixes: fixNames().map(({ id, title, changes, about }) => ({
      id: `fix-${id}`,
      label: title[language],
      description: changes[language],
      keywords: [id, title.en, title.zh, ...(about === 'limit' ? ['mlock', 'RLIMIT_MEMLOCK', 'memlock'] : [])],
      address: addressOfLimits(id),
    })),
    terms: terms.map(({ id, title, words, text, chapter, heading }) => ({
      id: `term-${id}`,
      label: title[language],
      description: text[language],
      keywords: [title.en, title.zh, ...(words ? [...words.en, ...words.zh] : [])],
      address: addressOfGuide(chapter, heading),
    })),
  };
}
