import type { Rect } from './geometry.ts';
import type { LockKind } from './lock-kind.ts';

/** Bars lower than this have no room for a dashed outline. */
const outlined = 5;

/** The stripes of `mlockall`. One for a drawing: a fill names it by its id. */
export function Stripes({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" fill="var(--page-locked)" fillOpacity="0.3" />
        <rect width="3" height="6" fill="var(--page-locked)" />
      </pattern>
    </defs>
  );
}

/**
 * A lock as it is drawn: filled for mlock, an outline for a lock on fault, striped for mlockall. The legend draws it
 * the same.
 */
export function BarShape({ kind, rect, stripes }: { kind: LockKind; rect: Rect; stripes: string }) {
  const { x, y, width, height } = rect;
  const radius = Math.min(2, height / 2);
  if (kind === 'on-fault' && height >= outlined) {
    return (
      <rect
        x={x + 0.75}
        y={y + 0.75}
        width={Math.max(1, width - 1.5)}
        height={height - 1.5}
        rx={radius}
        fill="var(--page-locked)"
        fillOpacity={0.14}
        stroke="var(--page-locked)"
        strokeWidth={1.5}
        strokeDasharray="4 2.5"
      />
    );
  }
  const fill = kind === 'mlockall' ? `url(#${stripes})` : 'var(--page-locked)';
  return (
    <rect
      x={x}
      y={y}
      width={width}
      height={height}
      rx={radius}
      fill={fill}
      fillOpacity={kind === 'on-fault' ? 0.45 : 1}
      stroke={kind === 'mlockall' ? 'var(--page-locked)' : 'none'}
      strokeWidth={1}
    />
  );
}
