import { indented } from '../../base/c-text.ts';
import type { Way } from './rules.ts';

/** Pushes of items of `size` bytes: those after the `from`-th up to the `until`-th. `rule` is a C expression. */
export interface Pushes {
  readonly from: number;
  readonly until: number;
  readonly size: number;
  readonly way: Way;
  readonly rule: string;
}

/**
 * The C lines that push items into a buffer: one of their own, which is freed, or the one that is looked at as the
 * region with this label, if it is not empty.
 */
export function pushLines({ from, until, size, way, rule }: Pushes, label: string): string[] {
  const buffer = label === '' ? 'pushed' : `buffer_${label}`;
  const pushes = [
    ...(from === 0 ? [`struct buffer ${buffer} = {NULL, 0, 0, 0};`] : []),
    `for (long long n = ${from + 1}, size = ${size}; n <= ${until}; n++) {`,
    `    long long c = ${buffer}.capacity;`,
    `    if (n > c) grow_by_${way}(&${buffer}, ${rule}, size);`,
    `    memset(${buffer}.items + (n - 1) * size, (int)(n & 255), (size_t)size);`,
    `}`,
    `print_buffer(&${buffer});`,
  ];
  if (label === '') return ['{', ...indented([...pushes, `free(${buffer}.items);`]), '}'];
  return from === 0 ? [...pushes, `unsigned char *${label} = page_of(${buffer}.items);`] : pushes;
}
