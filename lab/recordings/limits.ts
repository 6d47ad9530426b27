import { type Problem, problem } from '../../protocol/problem.ts';
import { overLimit, recordingsFolder, tidyRecordings } from './folder.ts';
import { readSettings, settingsFile, writeSettings } from './settings.ts';

const mib = 1 << 20;
/** Of all recordings together, where nothing else is said; and what part of it one may have. */
const defaultTotalMib = 2048;
const partOfOne = 4;

export interface RecordingLimits {
  /** All recordings of the folder, those that are kept for good aside. 0 records nothing. */
  readonly totalBytes: number;
  /** One recording, from half of which on looks between steps are recorded less often. */
  readonly mostBytes: number;
  /** Whether `PAGESCOPE_RECORDINGS_MIB` says so, which nobody can change while this process lives. */
  readonly fixed: boolean;
  /** Why what the user has set is not used. */
  readonly problem?: Problem;
}

/**
 * What `PAGESCOPE_RECORDINGS_MIB` says, else what the user has set, as it is now; throws `bad-input` where the variable
 * is no number.
 */
export function recordingLimits(environment: NodeJS.ProcessEnv = process.env): RecordingLimits {
  const given = environment.PAGESCOPE_RECORDINGS_MIB;
  if (given === undefined) {
    const { recordingsBytes = defaultTotalMib * mib, problem } = readSettings(settingsFile(environment));
    return { ...limitsOf(recordingsBytes), fixed: false, ...(problem && { problem }) };
  }
  if (!/^\d{1,9}$/.test(given)) {
    throw problem(
      'bad-input',
      `PAGESCOPE_RECORDINGS_MIB is "${given}"; write how many MiB all recordings may take, 0 for none.`,
      `PAGESCOPE_RECORDINGS_MIB 为 “${given}”；请写明全部录制最多占用多少 MiB，0 表示不录制。`,
    );
  }
  return { ...limitsOf(Number(given) * mib), fixed: true };
}

const limitsOf = (totalBytes: number) => ({ totalBytes, mostBytes: Math.floor(totalBytes / partOfOne) });

/** How many recordings a limit would delete, and their bytes. */
export interface Deleted {
  readonly count: number;
  readonly bytes: number;
}

/**
 * Sets how many bytes all recordings may take, for what is recorded from now on, and deletes the oldest that are over
 * it. Where there are such and `deletes` is not set, changes nothing and resolves to how many they are. Throws
 * `bad-input` where the environment sets it, and what the system refuses.
 */
export function limitRecordings(totalBytes: number, deletes: boolean): Deleted | undefined {
  if (recordingLimits().fixed) {
    throw problem(
      'bad-input',
      'PAGESCOPE_RECORDINGS_MIB sets the limit, and wins over what is set here; start Pagescope without it.',
      '上限由 PAGESCOPE_RECORDINGS_MIB 设定，优先于此处的设置；请在没有该变量的情况下启动 Pagescope。',
    );
  }
  const over = overLimit(recordingsFolder(), totalBytes);
  if (over.length > 0 && !deletes) {
    return { count: over.length, bytes: over.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  }
  writeSettings(settingsFile(), { recordingsBytes: totalBytes });
  tidyRecordings(recordingsFolder(), totalBytes);
  return undefined;
}
