import type { ComparedSteps } from '../../context/address.ts';
import { ComparePage } from './compare-page.tsx';
import { RecordedPage } from './recorded-page.tsx';
import { RecordingList } from './recording-list.tsx';

interface Props {
  readonly name: string | undefined;
  readonly other?: string | undefined;
  /** Of two, where they are compared to begin with. */
  readonly steps?: ComparedSteps | undefined;
}

/** What was recorded here: all of it, the one that is opened, or two side by side. */
export function RecordingsPage({ name, other, steps }: Props) {
  if (name === undefined) return <RecordingList />;
  return other === undefined ? (
    <RecordedPage name={name} />
  ) : (
    <ComparePage key={`${name}\n${other}`} names={[name, other]} steps={steps} />
  );
}
