import { closeSync, openSync, readlinkSync, readSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { printReport } from '../../../cli/report-text.ts';
import type { RegionInfo } from '../../../protocol/events.ts';
import { languages } from '../../../protocol/language.ts';
import { never } from '../../support/harness.ts';
import { failuresOf, isolatingLab, pausedBefore } from '../../support/locking.ts';
import { placesInMemory } from '../../support/process-memory.ts';
import { skipWithoutCoreFiles } from '../../support/secrets.ts';
import { stepUntil } from '../../support/step-until.ts';

/** So many bytes of a marker in a row are no chance: one in 2^48 for each place. */
const window = 6;

/** A region's marker, as anybody of the same user reads it; the errno where the kernel does not let them. */
function markerIn(pid: number, { address }: RegionInfo): Buffer | string {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const marker = Buffer.alloc(32);
    readSync(memory, marker, 0, 32, BigInt(address));
    return marker;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    closeSync(memory);
  }
}

/** Each way in which bytes may stand in a text or among bytes. */
function writings(bytes: Uint8Array): Buffer[] {
  const hex = Buffer.from(bytes).toString('hex');
  const texts = [hex, hex.toUpperCase(), hex.replace(/..(?=.)/g, '$& '), [...bytes].join(','), [...bytes].join(', ')];
  // What base64 makes of bytes depends on what stands before them; the whole quadruples in between do not.
  const base64 = Buffer.from(bytes).toString('base64');
  return [Buffer.from(bytes), Buffer.from(bytes).reverse(), ...[...texts, base64].map((text) => Buffer.from(text))];
}

/** Where any part of a marker stands, by the names of the places. */
function leaks(marker: Uint8Array, places: Readonly<Record<string, Buffer>>): string[] {
  const found = new Set<string>();
  for (let at = 0; at + window <= marker.length; at++) {
    for (const writing of writings(marker.subarray(at, at + window))) {
      for (const [name, bytes] of Object.entries(places)) if (bytes.includes(writing)) found.add(name);
    }
  }
  return [...found];
}

/** What the command prints of a report. */
function printed(report: Parameters<typeof printReport>[0], language: (typeof languages)[number]): string {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    printReport(report, language);
  } finally {
    write.mockRestore();
  }
  return text;
}

it('lets no byte of a marker out: not in events, frames, reports, program, or what the command prints', async (context) => {
  skipWithoutCoreFiles(context);
  await using lab = isolatingLab();
  const frames: Uint8Array[] = [];
  const draw = lab.reader.frame.bind(lab.reader);
  lab.reader.frame = (bytes) => {
    frames.push(bytes.slice());
    draw(bytes);
  };
  const { session, pid, region } = await pausedBefore(lab, 'secret-page', /^A copy of the process aborts/);
  const markers = ['A', 'B'].map((label) => markerIn(pid, region(label)));
  // What a lock does not protect from, and memfd_secret does.
  expect(markers.map((marker) => typeof marker)).toEqual(['object', 'object']);
  expect(markerIn(pid, region('C'))).toBe('EIO');
  const inMemory = () =>
    placesInMemory(
      pid,
      markers.filter((marker) => typeof marker !== 'string'),
    );
  // When the core files have been searched, each marker stands where it was put and nowhere else; then it is wiped.
  await stepUntil(lab, session, /^Wipe A/);
  expect(inMemory()).toEqual(['A', 'B'].map((label) => [BigInt(region(label).address)]));
  // The copies aborted in folders of their own; the process itself is where it was.
  expect(readlinkSync(`/proc/${pid}/cwd`)).toBe(process.cwd());
  await stepUntil(lab, session, /^Unlock B/);
  expect(inMemory()).toEqual([[], []]);
  expect(await failuresOf(lab, session)).toEqual([]);

  const places: Record<string, Buffer> = {
    events: Buffer.from(JSON.stringify(lab.reader.events)),
    frames: Buffer.concat(frames),
    program: Buffer.from(await lab.service.program({ session }, never)),
  };
  for (const language of languages) {
    const report = await lab.service.report({ session, language }, never);
    expect(report.coreFiles?.length).toBeGreaterThan(0);
    places[`report ${language}`] = Buffer.from(JSON.stringify(report));
    places[`printed ${language}`] = Buffer.from(printed(report, language));
  }
  expect(Object.values(places).every(({ length }) => length > 100)).toBe(true);
  for (const marker of markers) if (typeof marker !== 'string') expect(leaks(marker, places)).toEqual([]);
}, 60_000);

it('would see a leak in each of these forms', () => {
  const marker = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) & 255);
  const hex = Buffer.from(marker).toString('hex');
  const part = marker.subarray(9, 18);
  const forms = {
    raw: Buffer.concat([Buffer.from('…'), part]),
    hex: Buffer.from(hex.slice(10, 30)),
    upper: Buffer.from(hex.slice(10, 30).toUpperCase()),
    base64: Buffer.from(Buffer.from(part).toString('base64')),
    json: Buffer.from(JSON.stringify({ bytes: [...part] })),
    list: Buffer.from([...part].join(', ')),
    nothing: Buffer.from('nothing of it'),
  };
  expect(leaks(marker, forms)).toEqual(expect.arrayContaining(['raw', 'hex', 'upper', 'base64', 'json', 'list']));
  expect(leaks(marker, forms)).not.toContain('nothing');
});
