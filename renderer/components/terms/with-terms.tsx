import { lazy, Suspense } from 'react';

const Marked = lazy(() => import('./marked.tsx'));

/** A sentence whose terms have cards, once these are loaded: until then it is plain. */
export function WithTerms({ text }: { text: string }) {
  return (
    <Suspense fallback={text}>
      <Marked text={text} />
    </Suspense>
  );
}
