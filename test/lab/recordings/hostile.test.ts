import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../../lab/recordings/recorder.ts';
import { RecordingFile } from '../../../lab/recordings/recording-file.ts';
import { applicationId, schemaText } from '../../../lab/recordings/schema.ts';
import { FrameStream } from '../../../protocol/frame-stream.ts';
import { ProblemError } from '../../../protocol/problem.ts';
import { recordingHeader, recordingPath } from '../../support/recorded.ts';

/** A recording of so many steps, each of which makes one page more resident. */
function soundRecording(steps = 40, pages = 4096): string {
  const file = recordingPath();
  const recorder = new Recorder(file, recordingHeader(), { durable: false, mostBytes: 1 << 30 });
  const region = { id: 1, label: 'A', address: '0x1000', length: pages * 4096, pages };
  recorder.event({ kind: 'region', session: 1, region: { ...region, kind: 'anonymous', protection: 'rw-p' } });
  const stream = new FrameStream(1, 1, (bytes) => recorder.frame(bytes));
  const flags = new Uint8Array(pages);
  for (let step = 0; step < steps; step++) {
    const title = { en: `step ${step}`, zh: `${step}` };
    const call = { call: 'touch', arguments: {}, returned: 0, errno: null };
    recorder.event({ kind: 'step', session: 1, step: { index: step, title, ...call, startedNs: step, durationNs: 1 } });
    flags[step] = 3;
    stream.offer({ flags, takenNs: step, step, unknown: 0 });
    stream.flush();
    const sample = { tNs: step, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 };
    recorder.event({ kind: 'sample', session: 1, sample, looked: [1] });
  }
  recorder.end();
  return file;
}

/** A sound recording after these statements. */
function changed(sql: string): string {
  const file = soundRecording();
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
  return file;
}

/** A database that calls itself a recording, with these tables. */
function database(sql: string, header = `PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1`): string {
  const file = recordingPath();
  const made = new DatabaseSync(file, { defensive: false });
  made.exec(`${header}; ${sql}`);
  made.close();
  return file;
}

function refusalOf(file: string): string {
  try {
    using _recording = new RecordingFile(file);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.text.en.replace(file, 'FILE');
    throw error;
  }
  return 'it was opened';
}

const otherTables = 'FILE cannot be opened: its tables are not those of a recording, or the file is damaged.';

describe('a recording that is damaged or hostile', () => {
  it('is refused where it is none, with a sentence that says what it is', () => {
    const file = recordingPath();
    const notes = recordingPath('notes.txt');
    writeFileSync(notes, 'not a recording'.repeat(100));
    const folder = recordingPath('folder');
    mkdirSync(folder);
    expect(refusalOf(file)).toMatch(/^FILE cannot be opened: there is no such file\.$/);
    expect(refusalOf(notes)).toBe('FILE cannot be opened: it is not a recording of Pagescope.');
    expect(refusalOf(folder)).toBe('FILE cannot be opened: it is not a regular file.');
    expect(refusalOf('/dev/zero')).toBe('FILE cannot be opened: it is not a regular file.');
    expect(refusalOf(database(schemaText, 'PRAGMA user_version = 1'))).toBe(
      'FILE cannot be opened: it is a database of another program.',
    );
    expect(refusalOf(database(schemaText, `PRAGMA application_id = ${applicationId}; PRAGMA user_version = 2`))).toBe(
      'FILE cannot be opened: a newer version of Pagescope made it; update Pagescope.',
    );
  });

  it.each([
    [
      'an endless view',
      `${schemaText.replace(/CREATE TABLE frame\([^;]*;/, '')}
      CREATE VIEW frame AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT id FROM c`,
    ],
    ['a trigger', `${schemaText} CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM frame; END`],
    ['an index on an expression', `${schemaText} CREATE INDEX i ON frame(abs(id))`],
    [
      'a generated column',
      schemaText.replace('value TEXT NOT NULL', 'value TEXT NOT NULL, x BLOB AS (zeroblob(1000))'),
    ],
    ['one table more', `${schemaText} CREATE TABLE more(x)`],
    ['one table less', schemaText.replace(/CREATE TABLE seen\([^;]*;/, '')],
  ])('with %s is refused before any of it is read', (_what, sql) => {
    expect(refusalOf(database(sql))).toBe(otherTables);
  });

  it.each([
    ['too large a region', "UPDATE region SET json = json_set(json, '$.pages', 99999999999)"],
    ['a region of wrong types', 'UPDATE region SET json = \'{"id":"1"}\''],
    ['times beyond 2^53', 'UPDATE frame SET t_ns = 9223372036854775807 WHERE id > 5'],
    ['runs that leave the region', "UPDATE frame SET body = x'ffffff7f03ff' WHERE id = 7"],
    ['a body that is no zstd', "UPDATE frame SET coding = 1, body = x'00112233' WHERE id = 7"],
    ['a coding that nobody knows', 'UPDATE frame SET coding = 99 WHERE id = 7'],
    ['a step that is no JSON', "UPDATE step SET json = '{' WHERE idx = 3"],
    ['JSON of great depth', `UPDATE step SET json = '${'['.repeat(100_000)}' WHERE idx = 3`],
    ['an event of no kind', 'INSERT INTO event VALUES (NULL, 1, \'nonsense\', \'{"kind":"nonsense"}\')'],
    ['an operation that is none', 'INSERT INTO operation VALUES (1, \'{"kind":"map"}\')'],
  ])('with %s gives all the rest, and says that it is damaged', async (_what, sql) => {
    using recording = new RecordingFile(changed(sql));
    const { steps } = recording.report('en');
    await recording.program().catch((error: unknown) => expect(error).toBeInstanceOf(ProblemError));
    expect(steps.length).toBeGreaterThanOrEqual(39);
    expect(recording.damaged).toBeGreaterThan(0);
  });

  it('with a zstd body that would fill the memory is not decompressed further than its region is long', () => {
    const { zstdCompressSync } = process.getBuiltinModule('node:zlib');
    const file = soundRecording();
    const made = new DatabaseSync(file);
    made.prepare('UPDATE frame SET coding = 1, body = ? WHERE id = 5').run(zstdCompressSync(new Uint8Array(256 << 20)));
    made.close();
    using recording = new RecordingFile(file);
    let seen = 0;
    for (const _snapshot of recording.snapshots()) seen++;
    expect([seen, recording.damaged > 0]).toEqual([4, true]);
  });

  it('with more rows than any session has gives the first of them, and says how many are left out', () => {
    const more = 'WITH RECURSIVE more(id) AS (SELECT 1000 UNION ALL SELECT id + 1 FROM more LIMIT 140000)';
    const file =
      changed(`${more} INSERT INTO event SELECT id, 1, 'state', '{"kind":"state","state":"running"}' FROM more;
      ${more} INSERT INTO region SELECT id, '{}' FROM more`);
    using recording = new RecordingFile(file);
    expect(recording.regions.map(({ id }) => id)).toEqual([1]);
    expect(recording.damaged).toBe(140_000);
    expect(recording.outcome).toBe(undefined);
    expect(recording.damaged).toBe(140_000);
    expect(recording.report('en').steps).toHaveLength(40);
    expect(recording.damaged).toBe(140_000);
  });

  it('with more regions than can be side by side has the first of them, and all that a session released', () => {
    const more = 'WITH RECURSIVE more(id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM more LIMIT 600)';
    const region = `json_set((SELECT json FROM region WHERE id = 1), '$.id', id)`;
    const released = `json_object('kind', 'released', 'region', id)`;
    const regions = `${more} INSERT INTO region SELECT id, ${region} FROM more`;
    using alive = new RecordingFile(changed(regions));
    expect([alive.regions.length, alive.damaged]).toEqual([256, 345]);
    using gone = new RecordingFile(
      changed(`${regions}; ${more} INSERT INTO event SELECT 1000 + id, id, 'released', ${released} FROM more`),
    );
    expect([gone.regions.length, gone.damaged]).toEqual([601, 0]);
  });

  it('with more pages in more steps than any session has is refused where all would have to be gone through', () => {
    const pages = 60_000_000;
    const file = changed(`UPDATE region SET json = json_set(json, '$.pages', ${pages}, '$.length', ${pages * 4096});
      WITH RECURSIVE more(id) AS (SELECT 1000 UNION ALL SELECT id + 1 FROM more LIMIT 5000)
      INSERT INTO frame SELECT id, 1, id, id % 30, 0, 0, NULL, 0, 0, NULL, NULL, NULL, 1, x'000103' FROM more;`);
    using recording = new RecordingFile(file);
    expect(() => recording.report('en')).toThrow('more changes of pages than a report goes through');
    expect(recording.pagesAt(1, 1e9)?.flags).toHaveLength(pages);
  });

  it('that was cut to some part of it still has what came first', () => {
    const whole = soundRecording(3000);
    const steps = [30, 60, 90].map((percent) => {
      const file = recordingPath();
      copyFileSync(whole, file);
      truncateSync(file, Math.floor((statSync(whole).size * percent) / 100));
      using recording = new RecordingFile(file);
      const report = recording.report('en');
      expect(recording.damaged).toBeGreaterThan(0);
      // What was on the page that was cut through is missing.
      const indexes = report.steps.map(({ index }) => index);
      expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
      return report.steps.length;
    });
    expect(steps[0]).toBeGreaterThan(100);
    expect(steps[1]).toBeGreaterThan(steps[0] ?? 0);
    expect(steps[2]).toBeGreaterThan(steps[1] ?? 0);
  });

  it('of many key frames that was cut shows all instants before the cut, each of them soon', () => {
    const uncut = recordingPath();
    const [pages, frames] = [4096, 4000];
    const recorder = new Recorder(uncut, recordingHeader(), { durable: false, mostBytes: 1 << 30 });
    const region = { id: 1, label: 'A', address: '0x1000', length: pages * 4096, pages };
    recorder.event({ kind: 'region', session: 1, region: { ...region, kind: 'anonymous', protection: 'rw-p' } });
    const stream = new FrameStream(1, 1, (bytes) => recorder.frame(bytes));
    const flags = new Uint8Array(pages);
    for (let frame = 0; frame < frames; frame++) {
      for (let page = frame % 13; page < pages; page += 13 + (frame % 7)) flags[page] = (page * frame) % 5;
      stream.offer({ flags, takenNs: frame, step: -1, unknown: 0 });
      stream.flush();
    }
    recorder.end();
    using sound = new RecordingFile(uncut);
    const all = [...sound.snapshots(1)].map(({ takenNs }) => takenNs);
    const size = statSync(uncut).size;
    for (const percent of [10, 50, 90]) {
      const file = recordingPath();
      copyFileSync(uncut, file);
      truncateSync(file, Math.floor((size * percent) / 100));
      using recording = new RecordingFile(file);
      const seen = [...recording.snapshots(1)].map(({ takenNs }) => takenNs);
      // Only the last may lack a part, which lay behind the cut.
      const lacking = seen.findIndex((takenNs, frame) => takenNs !== all[frame]);
      const sure = lacking < 0 ? seen.length : lacking;
      expect(sure).toBeGreaterThan((all.length * percent) / 100 - 200);
      expect(recording.durationNs).toBeGreaterThanOrEqual(seen.at(-1) ?? frames);
      expect(recording.sizeOf(1).frames).toBeGreaterThanOrEqual(seen.length);
      for (const frame of [0, sure >> 1, sure - 1]) {
        const tNs = all[frame] ?? 0;
        expect(recording.pagesAt(1, tNs)).toEqual(sound.pagesAt(1, tNs));
      }
    }
  });

  it('that was cut short at any length opens with what is intact, or says why not', () => {
    const whole = soundRecording(400);
    const bytes = statSync(whole).size;
    let opened = 0;
    for (let length = 0; length < bytes; length += 4096) {
      const file = recordingPath();
      copyFileSync(whole, file);
      truncateSync(file, length + (length % 3 === 0 ? 0 : 100));
      try {
        using recording = new RecordingFile(file);
        expect(recording.report('en').steps.length).toBeLessThanOrEqual(400);
        opened++;
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
      }
    }
    expect(opened).toBeGreaterThan(0);
  });

  it('with any byte of it changed is read or refused, and never anything else', () => {
    const whole = readFileSync(soundRecording());
    for (let at = 100; at < whole.length; at += 997) {
      const file = recordingPath();
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      writeFileSync(file, bytes);
      try {
        using recording = new RecordingFile(file);
        recording.report('zh');
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
      }
    }
  });
});
