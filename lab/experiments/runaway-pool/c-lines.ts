import type { Half, Load } from './load.ts';
import type { Policy } from './slot-pool.ts';

/** The C lines that serve these halves of waves; the first of them makes the pool. */
export function loadLines(label: string, policy: Policy, load: Load, halves: readonly Half[]): string[] {
  const pool = `pool_${label}`;
  const cap = policy === null ? load.peak : load.cap;
  const first = halves[0]?.wave === 0 && halves[0].live === load.peak;
  return [
    ...(first
      ? [
          `static struct capped_pool ${pool};`,
          `fill_capped(&${pool}, ${label}, ${load.peak}, ${load.slotBytes}, ${cap}, ${policy ?? -1});`,
        ]
      : []),
    ...halves.map(({ live }) => `serve_until(&${pool}, ${live});`),
    `print_capped(&${pool});`,
  ];
}
