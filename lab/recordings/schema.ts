/** `PGSC`: what a recording says it is, in the header of its SQLite file. */
export const applicationId = 0x50_47_53_43;

/** The version of the tables below; `docs/en/recording-file.md` describes them. A reader refuses a newer one. */
export const schemaVersion = 1;

/**
 * The tables of a recording. Times are ns since the session began, sizes bytes. `json` is what the session told, as in
 * `protocol/events.ts`. Counts are NULL where the kernel did not tell. What is opened has exactly this text.
 *
 * Tables that grow have an INTEGER PRIMARY KEY: SQLite adds to their ends alone, so that of a file that was cut the
 * beginning can be read.
 */
export const schemaText = `
CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE region(id INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE TABLE step(idx INTEGER PRIMARY KEY, started_ns INTEGER NOT NULL, duration_ns INTEGER NOT NULL, region INTEGER, call TEXT NOT NULL, errno TEXT, json TEXT NOT NULL) STRICT;
CREATE TABLE operation(step INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE TABLE event(id INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, kind TEXT NOT NULL, json TEXT NOT NULL) STRICT;
CREATE TABLE sample(id INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, vm_lck INTEGER NOT NULL, vm_rss INTEGER NOT NULL, minor_faults INTEGER NOT NULL, major_faults INTEGER NOT NULL, memlock_soft INTEGER) STRICT;
CREATE TABLE seen(id INTEGER PRIMARY KEY, region INTEGER NOT NULL, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL) STRICT;
CREATE TABLE frame(id INTEGER PRIMARY KEY, region INTEGER NOT NULL, t_ns INTEGER NOT NULL, step INTEGER NOT NULL, skipped INTEGER NOT NULL, unknown INTEGER NOT NULL, lazily_free INTEGER, coding INTEGER NOT NULL, runs_before INTEGER NOT NULL, resident INTEGER, locked INTEGER, swapped INTEGER, changed INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE keyframe(frame INTEGER PRIMARY KEY, region INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE summary(id INTEGER PRIMARY KEY, region INTEGER NOT NULL, first_frame INTEGER NOT NULL, last_frame INTEGER NOT NULL, t_from INTEGER NOT NULL, t_to INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
`;

/** How a frame's body is to be read. */
export const Coding = {
  /** Changed runs: `changed-runs.ts`. */
  Runs: 0,
  /** The same, compressed by zstd. */
  CompressedRuns: 1,
  /** Empty: the key frame of this frame says all. */
  Key: 2,
} as const;
