import type { Step } from '../../../protocol/events.ts';
import { callText } from './call.ts';
import classes from './steps-panel.module.css';

/**
 * `mincore(0x7f3a4c000000, 16384, vec) = 0`, as one would write it in C. The names of the arguments are in its title.
 */
export function CallText({ step }: { step: Step }) {
  const { errno, returned } = step;
  const named = Object.entries(step.arguments).map(([name, value]) => `${name} = ${value}`);
  return (
    <code className={classes.call} title={`${callText(step)}\n${named.join('\n')}`}>
      <span className={classes.invocation}>
        <span className={classes.name}>{step.call}</span>({Object.values(step.arguments).join(', ')})
      </span>
      <span className={classes.result}>
        <span className={classes.equals}> = </span>
        <span className={classes.returned}>{returned}</span>
        {errno !== null && <strong className={classes.errno}> {errno}</strong>}
      </span>
    </code>
  );
}
