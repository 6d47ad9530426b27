import { Loader } from '@mantine/core';
import classes from './full.module.css';

/** All the room there is, while there is nothing to show yet. */
export function Waiting({ text }: { text: string }) {
  return (
    <div className={classes.full} aria-busy="true">
      <Loader size="sm" type="dots" />
      <p role="status">{text}</p>
    </div>
  );
}
