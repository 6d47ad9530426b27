import { Button, Checkbox, Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { MclFlag } from '../../../protocol/operation.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { workbenchSession } from '../../store/store.ts';
import { MoveButton } from './placement.tsx';
import classes from './workbench.module.css';

/**
 * mlockall and munlockall, which no selection limits; in the main process the words why not, and the way to where they
 * can be.
 */
export function ProcessMenu() {
  const { t } = useWords();
  const { workbench } = useActions();
  const inline = useApp((state) => workbenchSession(state)?.started?.placement === 'inline');
  const electron = useApp((state) => state.host?.kind === 'electron');
  const [opened, setOpened] = useState(false);
  const [flags, setFlags] = useState<readonly MclFlag[]>(['MCL_CURRENT']);
  const whole = flags.includes('MCL_CURRENT') || flags.includes('MCL_FUTURE');
  const choice = (flag: MclFlag, label: string) => (
    <Checkbox
      size="xs"
      label={
        <>
          {label} <span className="code">{flag}</span>
        </>
      }
      checked={flags.includes(flag)}
      onChange={(event) => {
        const { checked } = event.currentTarget;
        setFlags((known) => (checked ? [...known, flag] : known.filter((other) => other !== flag)));
      }}
    />
  );
  const act = (done: () => void) => () => {
    done();
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus withRoles>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.tool ?? ''}
          rightSection={<IconChevronDown size={13} aria-hidden />}
          onClick={() => setOpened((open) => !open)}
        >
          {t('workbench.tools.process')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.process ?? ''} aria-label={t('workbench.tools.process')}>
        <p>{t('workbench.process.about')}</p>
        {inline ? (
          <>
            <p className={classes.warning}>{t('workbench.process.inline')}</p>
            <MoveButton />
          </>
        ) : (
          <>
            {choice('MCL_CURRENT', t('workbench.process.current'))}
            {choice('MCL_FUTURE', t('workbench.process.future'))}
            {choice('MCL_ONFAULT', t('workbench.process.onFault'))}
            {flags.includes('MCL_CURRENT') && <p className={classes.faint}>{t('workbench.process.undone')}</p>}
            {electron && flags.includes('MCL_FUTURE') && !flags.includes('MCL_CURRENT') && (
              <p className={classes.faint}>{t('workbench.process.undoneInElectron')}</p>
            )}
            {!whole && <p className={classes.warning}>{t('workbench.process.choose')}</p>}
            <div className={classes.processButtons}>
              <Button disabled={!whole} onClick={act(() => workbench.act({ kind: 'mlockall', flags: [...flags] }))}>
                {t('workbench.process.lock')}
              </Button>
              <Button variant="default" onClick={act(() => workbench.act({ kind: 'munlockall' }))}>
                {t('workbench.process.unlock')}
              </Button>
            </div>
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
