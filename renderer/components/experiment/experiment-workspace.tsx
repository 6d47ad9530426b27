import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Group, Panel as Pane, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import { CoreFiles } from '../core-file/core-files.tsx';
import { PagesArea } from '../page-map/pages-area.tsx';
import { SidePanel } from '../results/side-panel.tsx';
import classes from '../shared/workspace.module.css';

/** The pages, and the column at their right. */
export function Workspace({ experiment }: { experiment: ExperimentDescriptor }) {
  return (
    <Split side={<SidePanel key={experiment.id} experiment={experiment} />}>
      {experiment.group === 'secrets' ? <WithCoreFiles /> : <PagesArea />}
    </Split>
  );
}

/** Keys fall through core files: their strips stand below the pages. */
function WithCoreFiles() {
  const session = useApp(shownSession);
  return (
    <div className={classes.stack}>
      <div className={classes.above}>
        <PagesArea />
      </div>
      <div className={classes.below}>
        <CoreFiles session={session} />
      </div>
    </div>
  );
}

/** As wide as leaves cells of whole pixels in the usual window; wider where there is room to spare. */
const sideWidth = (): number => (window.innerWidth >= 1900 ? 360 : window.innerWidth >= 1600 ? 320 : 288);
/** Narrower windows, and enlarged ones, have the column as a sheet. */
const sheetBelow = '(max-width: 899px)';

/** What is looked at, and a column at its right, which narrow windows open as a sheet. */
export function Split({ side, title, children }: { side: ReactNode; title?: string; children: ReactNode }) {
  const { t } = useWords();
  const { openSide } = useActions();
  const open = useApp((state) => state.sideOpen);
  const sheet = useMediaQuery(sheetBelow, undefined, { getInitialValueInEffect: false });
  const columns = useDefaultLayout({ id: 'pagescope.split', storage: localStorage });
  if (sheet) {
    return (
      <div className={classes.group}>
        <div className={classes.work}>{children}</div>
        <Drawer
          opened={open}
          onClose={() => openSide(false)}
          position="right"
          size={340}
          title={title ?? t('app.side')}
          closeButtonProps={{ 'aria-label': t('app.sideClose') }}
          classNames={{ body: classes.sheet ?? '' }}
        >
          {side}
        </Drawer>
      </div>
    );
  }
  return (
    <Group className={classes.group} orientation="horizontal" {...columns}>
      <Pane id="work" minSize={380}>
        <div className={classes.work}>{children}</div>
      </Pane>
      <Separator className={classes.beside ?? ''} aria-label={t('app.resizeSide')} />
      <Pane id="side" defaultSize={sideWidth()} minSize={260} maxSize="55%" groupResizeBehavior="preserve-pixel-size">
        {side}
      </Pane>
    </Group>
  );
}
