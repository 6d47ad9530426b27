import { memo, useId } from 'react';
import { isProtected } from '../../../protocol/nature.ts';
import { useWords } from '../../context/context.ts';
import classes from './core-file.module.css';
import { isTelling, type Segment } from './strip.ts';
import type { CoreWords } from './use-core-words.ts';

/** CSS pixels: above, where keys arrive and pins stand; and the bar below it. */
export const pinsHeight = 22;
export const barHeight = 38;
export const stripHeight = pinsHeight + barHeight + 1;
/** Between neighbours that are wide enough to lose a pixel. */
const gap = 1;
const leastWithGap = 3;
/** Beside a region’s box. */
const ownGap = 6;
const top = pinsHeight;

/** The hatching of what is not in the file. One for a drawing: a fill names it by its id. */
export function Hatching({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className={classes.hollow} width="1" height="5" />
      </pattern>
    </defs>
  );
}

/** The drawing of a strip: it shows what it is given. The many mappings that nothing is to be said of are two paths. */
export const StripShapes = memo(function StripShapes({
  segments,
  words,
}: {
  segments: readonly Segment[];
  words: CoreWords;
}) {
  const hatching = useId();
  const plain = segments.filter((segment) => !isTelling(segment));
  return (
    <>
      <Hatching id={hatching} />
      <path d={bars(plain, true)} fill={`url(#${hatching})`} />
      <path className={classes.hollow} d={edges(plain)} />
      <path className={classes.inFile} d={bars(plain, false)} />
      {segments.filter(isTelling).map((segment) => {
        const Shape = segment.region === undefined ? Telling : Own;
        return <Shape key={segment.x} segment={segment} words={words} hatching={hatching} />;
      })}
    </>
  );
});

/** How much of a mapping is in the file, 0 to 1. */
const share = ({ mapping }: Segment): number =>
  mapping && mapping.memoryBytes > 0 ? Math.min(1, mapping.fileBytes / mapping.memoryBytes) : 0;

/** The rectangles of what is in the file, or of what is not, as one path. */
function bars(segments: readonly Segment[], hollow: boolean): string {
  return segments
    .map((segment) => {
      const width = segment.width - (segment.width >= leastWithGap ? gap : 0);
      const filled = width * share(segment);
      const [x, length] = hollow ? [segment.x + filled, width - filled] : [segment.x, filled];
      return length <= 0 ? '' : `M${x.toFixed(2)} ${top}h${length.toFixed(2)}v${barHeight}h${(-length).toFixed(2)}z`;
    })
    .join('');
}

/** Lines above and below what is not in the file: sides would run together where mappings are narrow. */
function edges(segments: readonly Segment[]): string {
  return segments
    .filter((segment) => share(segment) < 1)
    .map(({ x, width }) =>
      [top, top + barHeight - 1]
        .map((y) => `M${x.toFixed(2)} ${y}h${width.toFixed(2)}v1h${(-width).toFixed(2)}z`)
        .join(''),
    )
    .join('');
}

/** A region of the session: the line of its key, which arrives in the file or is stopped, and the answer in words. */
function Own({ segment, words, hatching }: { segment: Segment; words: CoreWords; hatching: string }) {
  const { x, width, mapping, region = 0 } = segment;
  const inner = Math.max(2, width - ownGap);
  const found = mapping !== undefined && mapping.hits.length > 0;
  const centre = x + inner / 2;
  const said = `${words.label(region)}: ${words.answer(segment)}`;
  return (
    <g data-found={found || undefined}>
      <path className={classes.falls} d={`M${centre} 0V${found ? top : top - 7}`} />
      {!found && <path className={classes.stops} d={`M${centre - 9} ${top - 6}h18`} />}
      {mapping && mapping.fileBytes === 0 && (
        <rect x={x} y={top} width={inner} height={barHeight} fill={`url(#${hatching})`} />
      )}
      <rect
        className={classes.box}
        x={x + 0.75}
        y={top + 0.75}
        width={Math.max(1, inner - 1.5)}
        height={barHeight - 1.5}
        rx={2}
        strokeDasharray={mapping ? undefined : '3 3'}
      />
      <text className={classes.letter} x={centre} y={top + barHeight / 2}>
        {widthOf(said) < inner ? said : words.label(region)}
      </text>
    </g>
  );
}

/** About how wide words are, CSS pixels. */
const widthOf = (said: string): number => [...said].reduce((sum, letter) => sum + (letter > '\u2e80' ? 13 : 6.8), 4);

/** A mapping of no region in which something was found: an outline, and a pin for what was found. */
function Telling({ segment, words, hatching }: { segment: Segment; words: CoreWords; hatching: string }) {
  const { x, width, mapping } = segment;
  const inner = Math.max(2, width - gap);
  return (
    <>
      <rect x={x} y={top} width={inner} height={barHeight} fill={`url(#${hatching})`} />
      <rect className={classes.inFile} x={x} y={top} width={inner * share(segment)} height={barHeight} />
      <rect
        className={classes.outline}
        x={x + 0.75}
        y={top + 0.75}
        width={Math.max(1, inner - 1.5)}
        height={barHeight - 1.5}
        rx={2}
      />
      {mapping && <Pin segment={segment} words={words} />}
    </>
  );
}

/** A pin with the marker's letter and how often it was found; just a drop where there is no room for words. */
function Pin({ segment: { mapping, x, width }, words }: { segment: Segment; words: CoreWords }) {
  const { format } = useWords();
  if (!mapping) return undefined;
  const text = mapping.hits.map(({ marker, count }) => `${words.label(marker)} ×${format.number(count)}`).join(' ');
  const room = text.length * 6.4 + 8;
  const centre = x + width / 2;
  const half = room <= width + 8 ? room / 2 : 4;
  const left = Math.max(0, centre - half);
  const leaked = mapping.hits.some(({ marker }) => isProtected(words.nature(marker)));
  return (
    <g className={classes.pin} data-leaked={leaked || undefined}>
      <path d={`M${centre - 4} ${top - 6}h8l-4 5z`} />
      <rect x={left} y={1} width={2 * half} height={top - 6} rx={half === 4 ? 4 : 3} />
      {half > 4 && (
        <text x={left + half} y={1 + (top - 6) / 2}>
          {text}
        </text>
      )}
    </g>
  );
}
