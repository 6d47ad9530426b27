import { useMemo } from 'react';
import { useWords } from '../../context/context.ts';
import { TermMarks } from './term-marks.tsx';

/** A sentence with its terms, each once. */
export default function Marked({ text }: { text: string }) {
  const { language } = useWords();
  return useMemo(() => new TermMarks(language).mark(text, 0), [language, text]);
}
