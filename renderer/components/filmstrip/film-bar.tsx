import { ActionIcon, Button, NativeSelect } from '@mantine/core';
import {
  IconChevronLeft,
  IconChevronRight,
  IconPinFilled,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
} from '@tabler/icons-react';
import { memo } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useWords } from '../../context/context.ts';
import { isLive, type Session } from '../../store/session/session.ts';
import { Tip } from '../shared/tip.tsx';
import { useStable } from '../shared/use-stable.ts';
import { type Scale, scales } from './film-axis.ts';
import { totalOf } from './film-text.ts';
import classes from './filmstrip.module.css';
import { type Jump, jumps } from './jumps.ts';
import { type Player, speeds } from './use-player.ts';
import type { Playhead } from './use-playhead.ts';

interface Props {
  readonly session: Session;
  readonly playhead: Playhead;
  readonly player: Player;
  readonly scale: Scale;
  readonly onScale: (scale: Scale) => void;
  readonly zoom: number;
  /** Shows all of the time again. */
  readonly onFit: () => void;
  /** What a range of steps did together. */
  readonly summed: string | undefined;
  readonly onGo: (place: number | undefined) => void;
  /** Undefined where there is nothing to jump to. */
  readonly targetOf: (jump: Jump) => number | undefined;
  /** Compares what is shown with another instant; undefined where something is compared already. */
  readonly onCompare: (() => void) | undefined;
}

/** Where the playhead is, and the ways to move it. */
export function FilmBar({
  session,
  playhead,
  player,
  scale,
  summed,
  zoom,
  onScale,
  onFit,
  onGo,
  targetOf,
  onCompare,
}: Props) {
  const { t, format } = useWords();
  const { shown, pinned, newest } = playhead;
  const canCompare = onCompare !== undefined && pinned !== undefined;
  const at = shown ?? newest;
  const step = session.steps.at(at);
  const [back, on, play] = [useStable(() => onGo(at - 1)), useStable(() => onGo(at + 1)), useStable(player.toggle)];
  const leap = useStable((jump: Jump) => onGo((targetOf(jump) ?? 0) - session.steps.forgotten));
  return (
    <div className={classes.bar}>
      <div className={classes.moves}>
        <Move to="previous" Sign={IconChevronLeft} disabled={at <= 0} onClick={back} />
        <Move
          to={player.playing ? 'pause' : 'play'}
          Sign={player.playing ? IconPlayerPauseFilled : IconPlayerPlayFilled}
          disabled={newest < 1}
          onClick={play}
        />
        <Move to="next" Sign={IconChevronRight} disabled={at >= newest} onClick={on} />
      </div>
      <Speed speed={player.speed} setSpeed={player.setSpeed} />
      <span className={classes.position}>
        {t('film.position', { index: at + session.steps.forgotten + 1, total: totalOf(session) })}
      </span>
      <State session={session} playhead={playhead} onLive={() => onGo(undefined)} />
      {canCompare && (
        <Tip label={t('film.compareHint')}>
          <button type="button" className={classes.word} onClick={onCompare}>
            {t('film.compare')}
          </button>
        </Tip>
      )}
      {summed ? <b className={classes.summed}>{summed}</b> : step && <Caption step={step} />}
      {pinned !== undefined && isLive(session) && session.state !== 'open' && (
        <span className={classes.dim}>{t('film.goesOn', { index: totalOf(session) })}</span>
      )}
      <fieldset className={classes.jumps} aria-label={t('film.jump')}>
        {jumps.map((jump) => {
          const target = targetOf(jump);
          if (jump === 'key' && target === undefined) return undefined;
          return <JumpWord key={jump} jump={jump} disabled={target === undefined} onJump={leap} />;
        })}
      </fieldset>
      {zoom > 1 && (
        <Tip label={t('film.fitHint')}>
          <button type="button" className={classes.word} onClick={onFit}>
            {t('film.fit', { zoom: format.number(Math.round(zoom * 10) / 10) })}
          </button>
        </Tip>
      )}
      <fieldset className={classes.scales} aria-label={t('film.axis')}>
        {scales.map((each) => (
          <ScaleWord key={each} scale={each} chosen={scale === each} onScale={onScale} />
        ))}
      </fieldset>
    </div>
  );
}

/** Whether what is shown is now, held, or only pointed at; and the way back to now. */
function State({ session, playhead, onLive }: Pick<Props, 'session' | 'playhead'> & { onLive: () => void }) {
  const { t } = useWords();
  const { shown, pinned } = playhead;
  const live = isLive(session);
  const name = t(live ? 'film.live' : 'film.end');
  if (shown === undefined) {
    return (
      <span className={classes.now} data-live={live || undefined}>
        <i aria-hidden />
        {name}
      </span>
    );
  }
  return (
    <>
      {shown === pinned && (
        <span className={classes.now}>
          <IconPinFilled size={12} aria-hidden />
          {t('film.held')}
        </span>
      )}
      {pinned !== undefined && (
        <Button className={classes.live ?? ''} size="compact-xs" variant="default" onClick={onLive}>
          {name} <kbd>Esc</kbd>
        </Button>
      )}
    </>
  );
}

function Caption({ step }: { step: Step }) {
  const { pick } = useWords();
  return (
    <span className={classes.caption} title={pick(step.title)}>
      {pick(step.title)}
      {step.errno !== null && <b data-expected={step.expected}> {step.errno}</b>}
    </span>
  );
}

interface MoveProps {
  readonly to: 'previous' | 'next' | 'play' | 'pause';
  readonly Sign: typeof IconPinFilled;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

// Tips cost more to draw than what they are about: what stays the same from step to step is left as it is.
const Move = memo(function Move({ to, Sign, disabled, onClick }: MoveProps) {
  const { t } = useWords();
  const label = t(`film.${to}`);
  return (
    <Tip label={label}>
      <ActionIcon size={24} aria-label={label} disabled={disabled} onClick={onClick}>
        <Sign size={to === 'previous' || to === 'next' ? 15 : 13} aria-hidden />
      </ActionIcon>
    </Tip>
  );
});

const Speed = memo(function Speed({ speed, setSpeed }: Pick<Player, 'speed' | 'setSpeed'>) {
  const { t, format } = useWords();
  return (
    <NativeSelect
      size="xs"
      variant="unstyled"
      className={classes.speed ?? ''}
      aria-label={t('film.speed')}
      value={String(speed)}
      data={speeds.map((each) => ({ value: String(each), label: `${format.number(each)}×` }))}
      onChange={(event) => setSpeed(Number(event.currentTarget.value))}
    />
  );
});

interface JumpProps {
  readonly jump: Jump;
  readonly disabled: boolean;
  readonly onJump: (jump: Jump) => void;
}

const JumpWord = memo(function JumpWord({ jump, disabled, onJump }: JumpProps) {
  const { t } = useWords();
  return (
    <Tip label={t(`film.jumpHint.${jump}`)}>
      <button type="button" className={classes.word} disabled={disabled} onClick={() => onJump(jump)}>
        {t(`film.jumpTo.${jump}`)}
      </button>
    </Tip>
  );
});

interface ScaleProps {
  readonly scale: Scale;
  readonly chosen: boolean;
  readonly onScale: (scale: Scale) => void;
}

const ScaleWord = memo(function ScaleWord({ scale, chosen, onScale }: ScaleProps) {
  const { t } = useWords();
  return (
    <Tip label={t(`film.scaleHint.${scale}`)}>
      <button type="button" className={classes.word} aria-pressed={chosen} onClick={() => onScale(scale)}>
        {t(`film.scale.${scale}`)}
      </button>
    </Tip>
  );
});
