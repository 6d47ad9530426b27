import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { blockLanguage, isText, readBlock } from './experiment-block.ts';

/** The blocks of a document that name experiments, as they are written. */
export const blocksOf = (text: string): string[] =>
  [...text.matchAll(new RegExp(String.raw`^\`\`\`${blockLanguage}\n([\s\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block,
  );

/** The experiments that a document lets its reader try, each once, in its order. */
export function namedExperiments(text: string, catalogue: readonly ExperimentDescriptor[]): ExperimentDescriptor[] {
  const named = blocksOf(text).flatMap((block) => {
    const read = readBlock(block, catalogue);
    return isText(read) ? [] : [read.experiment];
  });
  return [...new Set(named)];
}
