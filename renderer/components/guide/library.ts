import type { Language } from '../../../protocol/language.ts';
import { allChapters } from './contents.ts';
import { type Heading, headingsOf } from './headings.ts';

/** Each document is a file of its own, which is loaded when it is opened. */
const documents = import.meta.glob<string>('../../../docs/{en,zh}/*.md', { query: '?raw', import: 'default' });
const programs = import.meta.glob<string>('../../../docs/programs/*.c', { query: '?raw', import: 'default' });

export interface Document {
  readonly text: string;
  readonly headings: readonly Heading[];
}

/** A chapter, or one of the C programs beside it as a chapter; undefined when there is none of that name. */
export async function loadDocument(id: string, language: Language): Promise<Document | undefined> {
  const program = programs[`../../../docs/programs/${id}`];
  if (program) return { text: `# ${id}\n\n\`\`\`c\n${await program()}\`\`\`\n`, headings: [] };
  if (!allChapters.some((chapter) => chapter.id === id)) return undefined;
  const load = (from: Language) => documents[`../../../docs/${from}/${id}.md`]?.() ?? '';
  const [text, english] = await Promise.all([load(language), load('en')]);
  return { text: withoutLanguageLink(text), headings: headingsOf(text, english) };
}

/** In the app the language is chosen elsewhere. */
const withoutLanguageLink = (text: string): string => text.replace(/^\*\[[^\]]+\]\(\.\.\/\w+\/[^)]+\)\*\n/m, '');
