import { IconAlertTriangle } from '@tabler/icons-react';
import { useWords } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import classes from './recorded.module.css';

/** Says of a recording how many of its rows could not be read, where there are any. */
export function Damaged({ session: { damagedRows } }: { session: Session }) {
  const { t } = useWords();
  if (damagedRows === undefined) return undefined;
  return (
    <p className={classes.damaged} role="note">
      <IconAlertTriangle size={15} aria-hidden />
      {t('recordings.damaged', { count: damagedRows })}
    </p>
  );
}
