import { existsSync } from 'node:fs';
import { readText } from '../../native/proc/proc-file.ts';
import type { Surroundings } from '../../protocol/limits.ts';
import { type Clues, surroundingsFrom } from './surroundings-from-clues.ts';

/** Where this process runs, looked up now, or another one, as far as it may be seen from outside. */
export function surroundings(pid: number | 'self' = 'self'): Surroundings {
  if (pid === 'self') return surroundingsFrom(clues());
  const found = surroundingsFrom(cluesOf(pid));
  const evidence = found.evidence.map((each) => ({
    ...each,
    source: each.source.replace('/proc/self/', `/proc/${pid}/`),
  }));
  return { ...found, evidence };
}

/** What shows of another process: never its variables. */
function cluesOf(pid: number): Clues {
  const root = `/proc/${pid}/root`;
  return {
    cgroup: text(`/proc/${pid}/cgroup`),
    mountinfo: text(`/proc/${pid}/mountinfo`),
    dockerenv: existsSync(`${root}/.dockerenv`),
    containerenv: text(`${root}/run/.containerenv`),
    systemdContainer: text(`${root}/run/systemd/container`),
    variables: {},
    initVariable: null,
  };
}

/** What this machine and this process show of it. What cannot be read counts as not there. */
export function clues(environment: NodeJS.ProcessEnv = process.env): Clues {
  const { container, KUBERNETES_SERVICE_HOST, INVOCATION_ID } = environment;
  return {
    cgroup: text('/proc/self/cgroup'),
    mountinfo: text('/proc/self/mountinfo'),
    dockerenv: existsSync('/.dockerenv'),
    containerenv: text('/run/.containerenv'),
    systemdContainer: text('/run/systemd/container'),
    variables: { container, KUBERNETES_SERVICE_HOST, INVOCATION_ID },
    initVariable: initVariable(),
  };
}

function text(path: string): string | null {
  const read = readText(path);
  return read.errno === null ? read.text : null;
}

function initVariable(): string | null {
  const variables = text('/proc/1/environ')?.split('\0') ?? [];
  return variables.find((each) => each.startsWith('container='))?.slice('container='.length) ?? null;
}
