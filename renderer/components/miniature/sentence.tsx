import type { Result } from '../../../protocol/result.ts';
import { resultParts } from '../../../protocol/result-parts.ts';
import { useWords } from '../../context/context.ts';
import { WithTerms } from '../terms/with-terms.tsx';

/** What a run found out: its sentence with the measured numbers. */
export function Sentence({ result }: { result: Result }) {
  const { language } = useWords();
  return resultParts(result, language).map((part, index) =>
    typeof part === 'string' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name
      <WithTerms key={index} text={part} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a value may be named twice
      <b key={index}>{part.said}</b>
    ),
  );
}
