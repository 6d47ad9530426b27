import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Component, type ReactNode } from 'react';
import classes from '../components/shared/full.module.css';
import { useExport } from '../components/shared/use-export.ts';
import { useApp, useWords } from '../context/context.ts';
import { shownSession } from '../store/store.ts';

interface State {
  readonly failed: string | undefined;
}

/**
 * A view that can’t be loaded (its host is gone) or drawn is a sentence in its place, with what can be taken away of
 * its session; the rest of the window stays.
 */
export class ViewBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { failed: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { failed: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === undefined) return this.props.children;
    return <Failed reason={failed} onAgain={() => this.setState({ failed: undefined })} />;
  }
}

function Failed({ reason, onAgain }: { reason: string; onAgain: () => void }) {
  const { t } = useWords();
  const session = useApp(shownSession);
  return (
    <div className={classes.full}>
      <IconAlertTriangle size={36} stroke={1.4} aria-hidden />
      <div role="alert">
        <h1>{t('viewFailed.title')}</h1>
        <p>{t('viewFailed.reason', { reason })}</p>
      </div>
      <Button size="sm" onClick={onAgain}>
        {t('viewFailed.again')}
      </Button>
      {session?.started && <Kept recording={session.recording} />}
    </div>
  );
}

/** The session is the engine's: what it showed is there whatever became of its view. */
function Kept({ recording }: { recording: string | undefined }) {
  const { t } = useWords();
  const { downloadAs, downloadReport, downloadProgram } = useExport();
  return (
    <>
      <p>{t('viewFailed.kept')}</p>
      <Button.Group>
        <Button variant="default" onClick={() => void downloadAs('html')}>
          {t('export.as.html')}
        </Button>
        <Button variant="default" onClick={() => void downloadReport()}>
          {t('export.download')}
        </Button>
        <Button variant="default" onClick={() => void downloadProgram()}>
          {t('log.file.program')}
        </Button>
      </Button.Group>
      {recording !== undefined && (
        <p className={classes.detail}>
          {t('viewFailed.recording')} <span className="code">{recording}</span>
        </p>
      )}
    </>
  );
}
