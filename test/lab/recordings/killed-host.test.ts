import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { RecordingFile } from '../../../lab/recordings/recording-file.ts';
import { entryOf } from '../../support/entries.ts';
import { recordingPath } from '../../support/recorded.ts';
import { SlowDisk } from '../../support/slow-disk.ts';
import { until } from '../../support/until.ts';

/** How often each host is killed. All that is promised, 200 times: `PAGESCOPE_KILLS=200 npx vitest run killed-host`. */
const kills = Number(process.env.PAGESCOPE_KILLS ?? 2);

interface Killed {
  readonly placement: 'inline' | 'isolated';
  readonly pages: number;
  readonly paceMs: number;
  readonly disk?: NodeJS.ProcessEnv;
}

/** Kills a host when it has told this step: what it had told by then, and the recording when that is whole. */
async function killed({ placement, pages, paceMs, disk = {} }: Killed, step: number) {
  const data = dirname(recordingPath());
  const folder = join(data, 'pagescope', 'recordings');
  const environment = {
    XDG_DATA_HOME: data,
    PAGESCOPE_RECORDINGS_MIB: '64',
    PAGESCOPE_KEEPER_DISK: JSON.stringify(disk),
  };
  const host = spawn(process.execPath, [entryOf('recording-host'), placement, String(pages), String(paceMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  onTestFinished(() => void host.kill('SIGKILL'));
  const exited = new Promise((resolve) => host.once('exit', resolve));
  const told = { step: -1, pages: -1 };
  for await (const line of createInterface(host.stdout)) {
    const [what, number] = line.split(' ');
    if (what === 'step' || what === 'pages') told[what] = Math.max(told[what], Number(number));
    if (told.step >= step || what === 'end') host.kill('SIGKILL');
  }
  await exited;
  const file = await until(() => {
    const [name = '', ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    // Its writer has finished it.
    expect(readFileSync(join(folder, name))[18]).toBe(1);
    return join(folder, name);
  });
  return { told, file };
}

/** @param steps that a host takes for certain: it is killed after one of them */
async function killAgain(host: Killed, steps: number): Promise<void> {
  for (let time = 0; time < kills; time++) {
    const at = time === 0 ? 0 : Math.floor(Math.random() * steps);
    const { told, file } = await killed(host, at);
    using recording = new RecordingFile(file);
    const report = recording.report('en');
    expect(recording.damaged).toBe(0);
    expect(report.steps.map(({ index }) => index)).toEqual(report.steps.map((_step, index) => index));
    const kept = { step: report.steps.length - 1, pages: report.snapshots.at(-1)?.step ?? -1 };
    expect(kept.step, `${kept.step} of ${told.step}, killed at ${at}`).toBeGreaterThanOrEqual(told.step);
    expect(kept.pages, `pages of ${kept.pages} of ${told.pages}, killed at ${at}`).toBeGreaterThanOrEqual(told.pages);
  }
}

const time = 60_000 + kills * 10_000;

it.each(['inline', 'isolated'] as const)(
  'what a host has shown is in its recording, at whatever moment it is killed: %s',
  (placement) => killAgain({ placement, pages: 64, paceMs: 2 }, 60),
  time,
);

it(
  'also where the disk is far behind',
  async () => {
    using disk = new SlowDisk();
    const environment = disk.environment({ usPerKib: 500, msPerSync: 50 });
    await killAgain({ placement: 'inline', pages: 64, paceMs: 0, disk: environment }, 68);
  },
  time,
);
