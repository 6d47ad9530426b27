import type { ExperimentDescriptor, Parameter } from '../../../protocol/experiment.ts';
import type { Language } from '../../../protocol/language.ts';
import { type Draft, draftValue } from '../../store/parameters.ts';

/** A piece of the sentence that says what a run does: words, or a parameter, perhaps with its name before it. */
export type SentencePiece = string | { readonly parameter: Parameter; readonly named: boolean };

/** Whether a parameter changes anything, with the others as they are. */
export function matters({ when }: Parameter, parameters: readonly Parameter[], draft: Draft | undefined): boolean {
  const other = when && parameters.find(({ name }) => name === when.parameter);
  return !when || !other || when.is.includes(String(draftValue(other, draft)));
}

/** The sentence in its pieces; parameters that it does not name follow it, those that do not matter are left out. */
export function sentencePieces(
  { sentence, title, parameters }: Pick<ExperimentDescriptor, 'sentence' | 'title' | 'parameters'>,
  draft: Draft | undefined,
  language: Language,
): SentencePiece[] {
  const text = sentence?.[language] ?? '';
  const named = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const mattering = (name: string): boolean => {
    const parameter = named.get(name);
    return parameter !== undefined && matters(parameter, parameters, draft);
  };
  const said = withNumber(text, named, draft).replace(/\[([^\]]*)\]/g, (_whole, part: string) =>
    namesIn(part).every(mattering) ? part : '',
  );
  const pieces = said.split(/(\{\w+\})/).flatMap((piece): SentencePiece[] => {
    const parameter = named.get(/^\{(\w+)\}$/.exec(piece)?.[1] ?? '');
    if (parameter) return [{ parameter, named: false }];
    return piece === '' ? [] : [piece];
  });
  const used = new Set(namesIn(text));
  const rest = parameters.filter(({ name }) => !used.has(name) && mattering(name));
  const start: SentencePiece[] = pieces.length === 0 ? [title[language]] : pieces;
  const stop = language === 'zh' ? '。' : '.';
  const [colon, comma] = language === 'zh' ? ['：', '，'] : [': ', ', '];
  return [
    ...start,
    ...rest.flatMap((parameter, index): SentencePiece[] => [
      index > 0 || pieces.length > 0 ? comma : colon,
      { parameter, named: true },
    ]),
    stop,
  ];
}

/** `{name|page|pages}`: a word by the number that a parameter is. */
const withNumber = (text: string, named: ReadonlyMap<string, Parameter>, draft: Draft | undefined): string =>
  text.replace(/\{(\w+)\|([^|}]*)\|([^}]*)\}/g, (_whole, name: string, one: string, many: string) => {
    const parameter = named.get(name);
    return parameter && Number(draftValue(parameter, draft)) === 1 ? one : many;
  });

const namesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
