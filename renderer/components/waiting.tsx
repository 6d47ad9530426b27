import { Loader } from '@mantine/core';
import classes from './full.module.css';

/** The whole window, while there is nothing to show yet. */
export function Waiting({ text }: { text: string }) {
  return (
    <main className={classes.full} aria-busy="true">
      <Loader size="sm" type="dots" />
      <p role="status">{text}</p>
    </main>
  );
}
