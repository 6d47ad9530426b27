import { existsSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { bodyOf, type FromHost } from '../../../lab/recordings/keeper-messages.ts';
import { Spool, SpoolReader } from '../../../lab/recordings/spool.ts';

const frame = (recording: number, length: number): FromHost => {
  return { recording, frame: Buffer.alloc(length, `${recording} of ${length}`) };
};
const end = (recording: number): FromHost => ({ do: 'end', recording });

const same = (one: FromHost, other: FromHost | undefined): boolean =>
  other !== undefined &&
  'frame' in one === 'frame' in other &&
  bodyOf(one).recording === bodyOf(other).recording &&
  Buffer.compare(bodyOf(one).bytes, bodyOf(other).bytes) === 0;

function readAll(reader: SpoolReader) {
  const [messages, bytes]: [FromHost[], number[]] = [[], []];
  for (let next = reader.next(); next.bytes > 0; next = reader.next()) {
    messages.push(...next.messages);
    bytes.push(next.bytes);
  }
  return { messages, bytes: bytes.reduce((sum, each) => sum + each, 0) };
}

it('what is written to a spool is read in order, from file to file, and each file has no name once it is read', () => {
  const spool = new Spool();
  const { path } = spool;
  const reader = new SpoolReader(path);
  expect(existsSync(path)).toBe(false);
  expect(readAll(reader)).toEqual({ messages: [], bytes: 0 });
  const told = Array.from({ length: 100 }, (_, at) => (at % 3 === 0 ? end(at) : frame(at, at * 3001)));
  // Longer than a chunk, and than a whole file.
  told.push(frame(7, 9 << 20), end(7));
  let written = 0;
  for (const message of told.slice(0, 50)) written += spool.add(message);
  const first = readAll(reader);
  for (const message of told.slice(50)) written += spool.add(message);
  const second = readAll(reader);
  const read = [...first.messages, ...second.messages];
  // Vitest would take seconds to compare so many bytes.
  expect(read).toHaveLength(told.length);
  expect(read.findIndex((message, at) => !same(message, told[at]))).toBe(-1);
  expect(first.bytes + second.bytes).toBe(written);
  spool.remove();
});

it('a spool whose reader is gone leaves no file behind', () => {
  const spool = new Spool();
  for (let at = 0; at < 12; at++) spool.add(frame(1, 1 << 20));
  const { path } = spool;
  expect(existsSync(path)).toBe(true);
  const reader = new SpoolReader(path);
  const follows = reader.next();
  expect(follows.messages).toHaveLength(1);
  spool.remove();
  expect(() => readAll(reader)).toThrow('ENOENT');
});

it('a spool is made elsewhere where the folder of the session cannot be written to', () => {
  vi.stubEnv('XDG_RUNTIME_DIR', '/proc/nowhere');
  const spool = new Spool();
  expect(spool.path).not.toMatch(/^\/proc/);
  spool.remove();
  vi.unstubAllEnvs();
});
