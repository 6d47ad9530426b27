import { SegmentedControl } from '@mantine/core';
import { useWords } from '../../context/context.ts';
import { type Side, sides } from '../../store/session/shown-step.ts';

interface Props {
  readonly side: Side | undefined;
  readonly onTurn: (side: Side | undefined) => void;
}

const choices = ['now', ...sides] as const;

/** Which pages the grid shows: those of now, or those around the chosen step. */
export function LookToggle({ side, onTurn }: Props) {
  const { t } = useWords();
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label={t('log.look.title')}
      data={choices.map((value) => ({ value, label: t(`log.look.${value}`) }))}
      value={side ?? 'now'}
      onChange={(value) => onTurn(sides.find((each) => each === value))}
    />
  );
}
