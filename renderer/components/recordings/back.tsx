import { IconArrowLeft } from '@tabler/icons-react';
import { addressOfRecordings } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import classes from './recordings.module.css';

/** From one recording, or two, to all of them. */
export function Back() {
  const { t } = useWords();
  return (
    <p className={classes.back}>
      <a href={addressOfRecordings()}>
        <IconArrowLeft size={14} aria-hidden /> {t('recordings.back')}
      </a>
    </p>
  );
}
