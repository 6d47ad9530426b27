import { useEffect, useRef, useState } from 'react';

/** How fast it is played: times the usual speed. */
export const speeds = [0.25, 0.5, 1, 2, 4, 8, 16] as const;
/** At the usual speed a step is shown this long, ms. */
const stepMs = 250;

export interface Player {
  readonly playing: boolean;
  readonly speed: number;
  setSpeed(speed: number): void;
  toggle(): void;
  stop(): void;
}

/** Moves the playhead from step to step until `onStep` says that there is no further one. */
export function usePlayer(onStep: (first: boolean) => boolean): Player {
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const latest = useRef(onStep);
  latest.current = onStep;
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      if (!latest.current(false)) setPlaying(false);
    }, stepMs / speed);
    return () => clearInterval(timer);
  }, [playing, speed]);
  return {
    playing,
    speed,
    setSpeed,
    toggle() {
      setPlaying(!playing && latest.current(true));
    },
    stop: () => setPlaying(false),
  };
}
