import { Component, type ReactNode } from 'react';
import { Empty } from '../components/shared/panel.tsx';
import { useWords } from '../context/context.ts';

interface State {
  readonly failed: string | undefined;
}

/** A view that can't be loaded (its host is gone) or drawn is a sentence in its place; the rest of the window stays. */
export class ViewBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { failed: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { failed: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { failed } = this.state;
    return failed === undefined ? this.props.children : <Failed reason={failed} />;
  }
}

function Failed({ reason }: { reason: string }) {
  const { t } = useWords();
  return (
    <div role="alert">
      <Empty>{t('app.viewFailed', { reason })}</Empty>
    </div>
  );
}
