import { basename } from 'node:path';
import type { TargetMapping } from '../protocol/process-look.ts';
import type { ProcessRow } from '../protocol/processes.ts';
import { escaped } from './columns.ts';

/** As `pmap -x` of procps prints it, for scripts that read its columns: address, KiB, RSS, dirty, mode, mapping. */
export function pmapLines({ pid, name }: ProcessRow, mappings: readonly TargetMapping[], pageSize: number): string[] {
  const kib = (pages: number | null) => (pages === null ? null : (pages * pageSize) / 1024);
  const totals = { size: 0, rss: 0 as number | null, dirty: 0 as number | null };
  const lines = mappings.map((mapping) => {
    const { start, pages, residentPages, zeroPages, dirtyBytes, protection } = mapping;
    const rss = kib(residentPages === null ? null : residentPages - (zeroPages ?? 0));
    const dirty = dirtyBytes === null ? null : dirtyBytes / 1024;
    totals.size += kib(pages) ?? 0;
    totals.rss = rss === null || totals.rss === null ? null : totals.rss + rss;
    totals.dirty = dirty === null || totals.dirty === null ? null : totals.dirty + dirty;
    // As procps writes the mode: the fifth is for a flag that Linux doesn't have.
    const mode = `${protection.slice(0, 3)}${protection.endsWith('s') ? 's' : '-'}-`;
    const numbers = [kib(pages), rss, dirty].map((each) => cell(each, 7)).join(' ');
    return `${start.slice(2).padStart(16, '0')} ${numbers} ${mode} ${escaped(label(mapping))}`;
  });
  return [
    `${pid}:   ${escaped(name ?? '')}`,
    'Address           Kbytes     RSS   Dirty Mode  Mapping',
    ...lines,
    `---------------- ${['------- ', '------- ', '------- '].join('')}`,
    `total kB         ${[totals.size, totals.rss, totals.dirty].map((each) => cell(each, 7)).join(' ')}`,
  ];
}

/** `-`, as procps writes what it couldn't read. */
function cell(value: number | null, width: number): string {
  return (value === null ? '-' : String(value)).padStart(width);
}

function label({ kind, name }: TargetMapping): string {
  if (kind === 'stack') return '  [ stack ]';
  if (name === '' || kind === 'named' || name.startsWith('[')) return '  [ anon ]';
  if (kind === 'memfd') return `memfd:${basename(name)} (deleted)`;
  return basename(name) + (kind === 'deleted' ? ' (deleted)' : '');
}
