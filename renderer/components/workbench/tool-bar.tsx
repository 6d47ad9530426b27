import { ActionIcon, Button, Kbd, Menu } from '@mantine/core';
import { IconChevronDown, IconKeyboard } from '@tabler/icons-react';
import { memo } from 'react';
import { useActions, useWords } from '../../context/context.ts';
import type { BenchTool } from '../../store/store.ts';
import { askForKeys } from '../keys/keys.ts';
import { Tip } from '../shared/tip.tsx';
import { Toolbar } from '../shared/toolbar.tsx';
import { barGroups, callOf, menuGroups, type ToolId, toolEntries } from '../tools/tools.ts';
import { actionLineId } from './action-line.tsx';
import { ProcessMenu } from './process-menu.tsx';
import classes from './workbench.module.css';

/**
 * Everything that can be done to the selected pages. Nothing is greyed out: the kernel refuses what it will not do, and
 * is heard.
 */
export const ToolBar = memo(function ToolBar() {
  const { t } = useWords();
  const { workbench } = useActions();
  return (
    <div className={classes.tools} data-panel="tools">
      <Toolbar className={classes.bar} label={t('workbench.tools.title')}>
        {barGroups.map((ids) => (
          <span key={ids[0]} className={classes.group}>
            {ids.map((id) => (
              <ToolButton key={id} id={id} lineId={actionLineId} onPoint={workbench.point} />
            ))}
          </span>
        ))}
        <ToolMenu onPoint={workbench.point} />
        <ProcessMenu />
      </Toolbar>
      <Tip label={`${t('workbench.tools.keys')} (?)`}>
        <ActionIcon size={24} aria-label={t('workbench.tools.keys')} aria-keyshortcuts="?" onClick={askForKeys}>
          <IconKeyboard size={17} aria-hidden />
        </ActionIcon>
      </Tip>
    </div>
  );
});

interface ToolButtonProps {
  readonly id: ToolId;
  readonly lineId: string;
  readonly onPoint: (tool: BenchTool | undefined) => void;
}

function ToolButton({ id, lineId, onPoint }: ToolButtonProps) {
  const { t } = useWords();
  const { workbench } = useActions();
  const entry = toolEntries.get(id);
  if (!entry || !(id in shortNames)) return undefined;
  const { tool, key } = entry;
  return (
    <Button
      className={classes.tool ?? ''}
      variant="subtle"
      color="gray"
      rightSection={<Kbd size="xs">{key}</Kbd>}
      aria-describedby={lineId}
      aria-keyshortcuts={key}
      onPointerEnter={() => onPoint(tool)}
      onPointerLeave={() => onPoint(undefined)}
      onFocus={() => onPoint(tool)}
      onBlur={() => onPoint(undefined)}
      onClick={() => workbench.act(tool)}
    >
      {t(shortNames[id as keyof typeof shortNames])}
    </Button>
  );
}

/** In the bar a tool has one word. */
const shortNames = {
  read: 'workbench.short.read',
  write: 'workbench.short.write',
  lock: 'workbench.short.lock',
  lockOnFault: 'workbench.short.lockOnFault',
  unlock: 'workbench.short.unlock',
  drop: 'workbench.short.drop',
  pageOut: 'workbench.short.pageOut',
  wipe: 'workbench.short.wipe',
  dontDump: 'workbench.short.dontDump',
} as const;

function ToolMenu({ onPoint }: { onPoint: (tool: BenchTool | undefined) => void }) {
  const { t } = useWords();
  const { workbench } = useActions();
  return (
    <Menu
      position="bottom-start"
      withinPortal
      middlewares={{ flip: true, shift: true, size: true }}
      onClose={() => onPoint(undefined)}
    >
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.tool ?? ''}
          rightSection={<IconChevronDown size={13} aria-hidden />}
        >
          {t('workbench.tools.more')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu ?? ''}>
        <div className={classes.menuGroups}>
          {(Object.keys(menuGroups) as (keyof typeof menuGroups)[]).map((group) => (
            <div key={group} className={classes.menuGroup}>
              <Menu.Label>{t(`workbench.groups.${group}`)}</Menu.Label>
              {menuGroups[group].map((id) => {
                const tool = toolEntries.get(id)?.tool;
                return (
                  tool && (
                    <Menu.Item
                      key={id}
                      rightSection={<span className="code">{callOf(tool).replace(/^madvise\((.*)\)$/, '$1')}</span>}
                      onPointerEnter={() => onPoint(tool)}
                      onFocus={() => onPoint(tool)}
                      onClick={() => workbench.act(tool)}
                    >
                      {t(`workbench.tools.${id}`)}
                    </Menu.Item>
                  )
                );
              })}
            </div>
          ))}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}
