import { ActionIcon } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useWords } from '../../context/context.ts';
import { Tip } from '../shared/tip.tsx';
import { useCopy } from '../shared/use-export.ts';
import { Program } from './program.tsx';
import classes from './results-panel.module.css';
import { useProgram } from './use-program.ts';

/** The session so far as C. */
export function ProgramTab() {
  const { t } = useWords();
  const copy = useCopy();
  const program = useProgram(true);
  return (
    <>
      {program !== undefined && (
        <Tip label={t('program.copy')}>
          <ActionIcon
            className={classes.copy ?? ''}
            aria-label={t('program.copy')}
            onClick={() => void copy(program, t('export.programCopied'))}
          >
            <IconCopy size={15} aria-hidden />
          </ActionIcon>
        </Tip>
      )}
      <Program text={program} />
    </>
  );
}
