import { basename } from 'node:path';
import { formatBytes } from '../../lab/base/format.ts';
import { listRecordings, recordingsFolder } from '../../lab/recordings/folder.ts';
import { type Deleted, limitRecordings, recordingLimits } from '../../lab/recordings/limits.ts';
import { requireSqlite } from '../../lab/recordings/sqlite.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import type { Language } from '../../protocol/language.ts';
import { problem } from '../../protocol/problem.ts';
import { numbersIn } from '../../protocol/quantity.ts';
import type { ListedRecording } from '../../protocol/service.ts';
import { parseSize } from '../../protocol/size.ts';
import type { Text } from '../../protocol/text.ts';
import { Terminal } from '../terminal.ts';

/** `pagescope recordings`: what was recorded, the newest first. With `json`, `{"recordings": […]}` on one line. */
export async function recordings({ json, language }: { json: boolean; language: Language }): Promise<ExitStatus> {
  requireSqlite();
  const folder = recordingsFolder();
  const listed = await listRecordings(folder);
  if (json) {
    process.stdout.write(`${JSON.stringify({ recordings: listed.map((each) => asJson(each, language)) })}\n`);
    return ExitStatus.Held;
  }
  const terminal = new Terminal(process.stdout);
  for (const each of listed) print(terminal, each, language);
  const bytes = listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { totalBytes, problem } = recordingLimits();
  if (problem) process.stderr.write(`${problem.text[language]}\n`);
  terminal.line(terminal.style('gray', summary(folder, listed.length, bytes, totalBytes)[language]));
  return ExitStatus.Held;
}

/**
 * `pagescope recordings --limit [SIZE]`: how much all recordings may take; with a size, sets that. Throws `bad-input`
 * where that would delete some and `force` is not given.
 */
export function recordingsLimit({
  limit,
  force,
  json,
  language,
}: {
  limit: string | true;
  force: boolean;
  json: boolean;
  language: Language;
}): ExitStatus {
  requireSqlite();
  if (limit !== true) {
    const over = limitRecordings(sizeOf(limit), force);
    if (over) throw wouldDelete(over);
  }
  const { totalBytes, mostBytes, fixed, problem } = recordingLimits();
  if (problem) process.stderr.write(`${problem.text[language]}\n`);
  const told = json
    ? JSON.stringify({ limitBytes: totalBytes, limitBytesOfOne: mostBytes, fromEnvironment: fixed })
    : limitText(totalBytes, mostBytes, fixed)[language];
  process.stdout.write(`${told}\n`);
  return ExitStatus.Held;
}

function sizeOf(text: string): number {
  const bytes = /^\s*0\s*[a-z]*\s*$/i.test(text) ? 0 : parseSize(text);
  if (bytes !== undefined) return bytes;
  throw problem(
    'bad-input',
    `${text} is no size; write 500M, 2GiB, or 0 for none.`,
    `${text} 不是大小；请写 500M、2GiB，或 0 表示不录制。`,
  );
}

function wouldDelete({ count, bytes }: Deleted) {
  const size = formatBytes(bytes);
  return problem(
    'bad-input',
    `That would delete the oldest ${count === 1 ? 'recording' : `${count} recordings`} (${size}); set it with --force, or move what is to stay into kept/.`,
    `这会删除最旧的 ${count} 个录制（${size}）；请用 --force 设置，或先把要保留的移到 kept/ 中。`,
  );
}

function limitText(total: number, one: number, fixed: boolean): Text {
  const [en, zh] = fixed ? [', as PAGESCOPE_RECORDINGS_MIB says', '（由 PAGESCOPE_RECORDINGS_MIB 设定）'] : ['', ''];
  return total === 0
    ? { en: `Nothing is recorded${en}.`, zh: `不录制${zh}。` }
    : {
        en: `All recordings may take ${formatBytes(total)}, one ${formatBytes(one)}${en}.`,
        zh: `全部录制最多占用 ${formatBytes(total)}，单个最多 ${formatBytes(one)}${zh}。`,
      };
}

function asJson({ file, sizeBytes, kept, read, problem }: ListedRecording, language: Language) {
  if (!read) {
    const unknown = { createdAt: null, title: null, durationNs: null, outcome: null, claims: null };
    return { file, ...unknown, sizeBytes, kept, reason: problem?.text[language] };
  }
  const { createdAt, experiment, durationNs, outcome, claims } = read;
  const { title } = experiment;
  const ended = outcome === undefined ? { outcome: null, reason: noOutcome[language] } : { outcome };
  return { file, createdAt, title: title[language], durationNs, sizeBytes, kept, ...ended, claims };
}

function print(
  terminal: Terminal,
  { file, sizeBytes, kept, read, problem }: ListedRecording,
  language: Language,
): void {
  const name = `${kept ? 'kept/' : ''}${basename(file)}`;
  if (!read) {
    terminal.line(`${name}  ${terminal.style('yellow', problem?.text[language] ?? '')}`);
    return;
  }
  const { createdAt, experiment, durationNs, outcome, claims } = read;
  const { title } = experiment;
  const { duration } = numbersIn(language);
  const marks = `✓ ${claims.held}  ✗ ${claims.failed}  – ${claims.skipped}`;
  const state = outcome === undefined ? noOutcome[language] : outcome;
  terminal.line(`${terminal.style('bold', title[language])}  ${createdAt}  ${marks}  ${state}`);
  terminal.line(terminal.style('gray', `  ${name}  ${duration(durationNs)}  ${formatBytes(sizeBytes)}`));
}

const noOutcome: Text = {
  en: 'it goes on, or its recording ends before it did',
  zh: '仍在进行，或录制先于会话结束',
};

const summary = (folder: string, count: number, bytes: number, total: number): Text => ({
  en: `${count} in ${folder}: ${formatBytes(bytes)} of at most ${formatBytes(total)}.`,
  zh: `${folder} 中有 ${count} 个：共 ${formatBytes(bytes)}，上限 ${formatBytes(total)}。`,
});
