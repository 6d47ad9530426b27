import { useWords } from '../../context/context.ts';
import classes from './pages.module.css';

/** "Region A"; of several in a narrow window the letter is enough for the eye. */
export function RegionTitle({ name }: { name: string }) {
  const { t } = useWords();
  const whole = t('pages.region', { label: name });
  return (
    <>
      <span className={classes.kind}>{whole.slice(0, -name.length)}</span>
      {name}
    </>
  );
}
