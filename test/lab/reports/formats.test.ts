import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compare } from '../../../lab/reports/compare.ts';
import { csv } from '../../../lab/reports/csv.ts';
import { written } from '../../../lab/reports/formats.ts';
import { claimAmount } from '../../../protocol/claim-amount.ts';
import { languages } from '../../../protocol/language.ts';
import { numbersIn, unitOfName } from '../../../protocol/quantity.ts';
import type { Report } from '../../../protocol/report.ts';
import { reportSchema } from '../../../protocol/report.ts';
import { reportFormats } from '../../../protocol/report-formats.ts';
import { never, TestLab } from '../../support/harness.ts';

async function reportOf(experiment: string, parameters = {}): Promise<Report> {
  await using lab = new TestLab();
  const { session } = await lab.start({ experiment, parameters });
  await lab.reader.state('completed');
  return reportSchema.parse(await lab.service.report({ session, language: 'en' }, never));
}

/** As a reader of RFC 4180 takes it apart. */
function recordsOf(text: string): string[][] {
  return text
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .slice(0, -1)
    .map((line) =>
      line
        .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
        .map((value) => (value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value)),
    );
}

describe('a report in other formats', () => {
  it('is written in each, in both languages, and says by which version', async () => {
    const report = await reportOf('lock-range');
    const source = { report, language: 'en', program: async () => '', saved: async () => ({}) } as const;
    // Grid and filmstrip.
    expect((await written('svg', source)).match(/<svg /g)).toHaveLength(3);
    for (const language of languages) {
      for (const format of reportFormats) {
        const text = await written(format, {
          report,
          language,
          madeFrom: 'a file',
          program: async () => 'int main',
          saved: async () => ({ actions: [] }),
        });
        expect(text.length).toBeGreaterThan(7);
        if (['md', 'html', 'strace', 'svg'].includes(format)) expect(text).toContain(`Pagescope ${report.pagescope}`);
      }
    }
  });

  it.each(['prefault', 'lock-range'])('has the same numbers in each: %s', async (experiment) => {
    const report = await reportOf(experiment);
    const { steps, claims, measurements } = report;
    const source = { report, language: 'en', program: async () => '', saved: async () => ({}) } as const;
    const { duration, quantity } = numbersIn('en');
    const [json, md, html, strace] = [
      JSON.parse(await written('json', source)),
      // Lines of tables, and what stands in them.
      (await written('md', source)).split('\n').map((line) => line.replaceAll('\\', '')),
      (await written('html', source)).split(/<tr/).map((row) => row.replaceAll('&gt;', '>').replaceAll('&lt;', '<')),
      (await written('strace', source)).split('\n').slice(1),
    ];
    expect([json.steps, json.claims, json.measurements]).toEqual([steps, claims, measurements]);
    const columns = (table: 'steps' | 'claims' | 'measurements', name: string) => {
      const [head = [], ...rows] = recordsOf(csv(report, table));
      return rows.map((row) => row[head.indexOf(name)]);
    };
    expect(columns('steps', 'durationNs').map(Number)).toEqual(steps.map(({ durationNs }) => durationNs));
    expect(columns('claims', 'status')).toEqual(claims.map(({ status }) => status));
    expect(columns('measurements', 'value').map(Number)).toEqual(Object.values(measurements));
    const together = (rows: readonly string[], ...said: string[]) =>
      expect(
        rows.some((row) => said.every((each) => row.includes(each))),
        said.join(' | '),
      ).toBe(true);
    for (const [index, { call, durationNs, startedNs }] of steps.entries()) {
      together(md, `| ${index} |`, call, duration(durationNs));
      together(html, `<td>${index}</td>`, call, duration(durationNs));
      together([strace[index] ?? ''], (startedNs / 1e9).toFixed(6), call, `<${(durationNs / 1e9).toFixed(6)}>`);
    }
    for (const claim of claims) {
      const measured = claim.status === 'skipped' ? (claim.reason ?? '') : claimAmount(claim.measured, claim, 'en');
      for (const rows of [md, html]) together(rows, claim.text, claim.status, measured);
    }
    for (const [name, value] of Object.entries(measurements)) {
      for (const rows of [md, html]) together(rows, name, quantity(value, unitOfName(name)));
    }
  });

  it('as CSV has every number of the report', async () => {
    const report = await reportOf('first-touch', { pages: 10 });
    const [head = [], ...rows] = recordsOf(csv(report, 'steps'));
    expect(rows.map((row) => Number(row[head.indexOf('durationNs')]))).toEqual(
      report.steps.map((step) => step.durationNs),
    );
    expect(rows.map((row) => row[head.indexOf('title')])).toEqual(report.steps.map(({ title }) => title));
    const pages = recordsOf(csv(report, 'pages'))
      .slice(1)
      .map((row) => row.map(Number));
    expect(pages.map((row) => row.slice(3, 6))).toEqual(report.snapshots.flatMap(({ runs }) => runs));
    const buckets = report.result?.figure.kind === 'histogram' ? report.result.figure.buckets : [];
    expect(
      recordsOf(csv(report, 'histogram'))
        .slice(1)
        .map((row) => Number(row[2])),
    ).toEqual(buckets.map(({ count }) => count));
  });

  it('takes names that others gave for text: no markup, no formula, no control character', async () => {
    const report = await reportOf('first-touch', { pages: 2 });
    const name = '=HYPERLINK("http://x")|<script>alert(1)</script>\u0007 `*_[a](b)';
    const step = { ...report.steps[0], title: name, index: 0 } as Report['steps'][number];
    const named = { ...report, steps: [step, ...report.steps.slice(1)] };
    const as = (format: (typeof reportFormats)[number]) =>
      written(format, {
        report: named,
        language: 'en',
        program: async () => '</pre><script>',
        saved: async () => ({}),
      });
    const rows = recordsOf(await as('csv'));
    expect(rows[1]?.[3]).toBe(`'${name.replace('\u0007', '\ufffd')}`);
    expect(await as('html')).not.toContain('<script');
    for (const format of reportFormats.filter((each) => each !== 'json' && each !== 'c')) {
      expect(await as(format)).not.toContain('\u0007');
    }
    expect(await as('md')).toContain('\\<script\\>alert(1)\\</script\\>');
    expect((await as('strace')).trimEnd().split('\n')).toHaveLength(1 + report.steps.length);
  });

  it('as HTML asks for nothing from elsewhere and runs nothing', async () => {
    const report = await reportOf('prefault');
    const html = await written('html', { report, language: 'zh', program: async () => '', saved: async () => ({}) });
    expect(html).toContain(`<html lang="zh">`);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<link|<img|@import|url\(/);
  });
});

describe('two reports compared', () => {
  it('differ in the pages whose state differs, run by run', async () => {
    const report = await reportOf('first-touch', { pages: 16 });
    const other = (runs: [number, number, number][]): Report => ({
      ...report,
      snapshots: report.snapshots.map((snapshot) => ({ ...snapshot, runs })),
    });
    const differ = (a: Report, b: Report) => compare(a, b, 'en').pages[0]?.differ;
    expect(
      differ(
        other([[0, 16, 3]]),
        other([
          [0, 4, 3],
          [4, 2, 0],
          [6, 10, 3],
        ]),
      ),
    ).toBe(2);
    expect(
      differ(
        other([
          [0, 8, 0],
          [8, 8, 3],
        ]),
        other([
          [0, 4, 3],
          [4, 8, 0],
          [12, 4, 3],
        ]),
      ),
    ).toBe(8);
    expect(differ(other([]), report)).toBe(null);
  });

  it('differ in pages of too many runs, and are unknown where what is told of them is damaged', async () => {
    const report = await reportOf('first-touch', { pages: 16 });
    const flags = Uint8Array.from({ length: 16 }, (_, page) => (page % 2) * 3);
    const other = (pages: string): Report => ({
      ...report,
      snapshots: report.snapshots.map((snapshot) => ({ ...snapshot, runs: [], pages })),
    });
    const packed = (bytes: Uint8Array) => deflateSync(bytes).toString('base64');
    const compared = (a: Report, b: Report) => compare(a, b, 'en').pages[0];
    const [whole, scattered] = [report, other(packed(flags))];
    expect(compared(whole, scattered)?.changes).toEqual([{ a: 'resident', b: 'absent', pages: 8 }]);
    expect(compared(scattered, other(packed(flags.toReversed())))?.differ).toBe(16);
    expect(compared(scattered, scattered)?.differ).toBe(0);
    for (const damaged of ['', 'AAAA', packed(new Uint8Array(15)), packed(new Uint8Array(1 << 20))]) {
      expect(compared(scattered, other(damaged))).toMatchObject({
        differ: null,
        reason: expect.stringMatching(/runs/),
      });
    }
  });
});
