import { existsSync } from 'node:fs';
import { readText } from '../../native/proc/proc-file.ts';
import type { Surroundings } from '../../protocol/limits.ts';
import { type Clues, surroundingsFrom } from './surroundings-from-clues.ts';

/** Where this process runs, looked up now. */
export function surroundings(): Surroundings {
  return surroundingsFrom(clues());
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
