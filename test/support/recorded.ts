import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { environment } from '../../lab/limits/environment.ts';
import { recordHere } from '../../lab/recordings/record-here.ts';
import type { RecordingHeader } from '../../lab/session/recording.ts';
import type { Problem } from '../../protocol/problem.ts';
import { entryOf } from './entries.ts';
import { TestLab } from './harness.ts';

const entry = entryOf('isolated-entry');

/** A path in a folder that goes when the test is over. */
export function recordingPath(name = 'run.pagescope'): string {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-recordings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** An engine whose one session is recorded into a file. */
export function recordedLab(file: string, failed: (problem: Problem) => void = () => {}, mostBytes = 1 << 30): TestLab {
  return new TestLab(
    () => forkIsolated(entry),
    undefined,
    (header, told) =>
      recordHere(file, header, { durable: false, mostBytes }, (problem) => {
        failed(problem);
        told(problem);
      }),
  );
}

export function recordingHeader(): RecordingHeader {
  return {
    version: '0.0.0',
    experiment: { id: 'test', title: { en: 'test', zh: '测试' }, parameters: {} },
    placement: 'inline',
    pid: 1,
    createdAt: new Date().toISOString(),
    environment: environment(),
  };
}
