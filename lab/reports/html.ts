import { claimAmount } from '../../protocol/claim-amount.ts';
import { figureRows } from '../../protocol/figure-rows.ts';
import { pageStates } from '../../protocol/flags.ts';
import { numbersIn, unitOfName } from '../../protocol/quantity.ts';
import type { Report } from '../../protocol/report.ts';
import { filmstrip, lockTimeline, mapShape, pageMap } from './drawings.ts';
import { environmentRows } from './environment-rows.ts';
import { madeBy } from './made-by.ts';
import { answerOf, callOf } from './markdown.ts';
import { withoutControls } from './one-line.ts';
import type { ReportSource } from './report-source.ts';
import { reportWords } from './words.ts';

/** Steps that are listed; and page maps, those of the steps that the result names. */
const maxSteps = 5000;
const maxMaps = 8;

/** The colours of page states alone; a report on paper is light. */
const colours = `
.absent{fill:none;stroke:#8886;stroke-width:.5}.resident{fill:#4a90d9}.zero{fill:#a9cbe8}.locked{fill:#e08a2e}.on-fault{fill:#e08a2e;fill-opacity:.3;stroke:#e08a2e;stroke-width:.5}
.swapped{fill:#9b59b6}.huge{fill:#2f6db3}.guard{fill:#c0392b}.unmapped{fill:none;stroke:#888;stroke-width:.5;stroke-dasharray:2}
.unknown{fill:#999;opacity:.5}.vmlck{fill:none;stroke:#e08a2e;stroke-width:2;vector-effect:non-scaling-stroke}
.limit{fill:none;stroke:#c0392b;stroke-dasharray:6 4;vector-effect:non-scaling-stroke}`;

const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#d8dde3;--paper:#fff;--bad:#b3261e}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#9aa5b1;--line:#333a42;--paper:#14181c;--bad:#ff8a80}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1040px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.3rem 0}.soft,caption{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}caption{text-align:left}
th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
table:not(:has(thead)) td:first-child{overflow-wrap:normal;width:14em}
pre,.call{font:13px/1.4 ui-monospace,monospace}pre{white-space:pre-wrap;border:1px solid var(--line);padding:.8rem}
.failed td:first-child,.refused .call{color:var(--bad)}.result{font-size:1.15rem}
svg{display:block;width:100%;border:1px solid var(--line)}.steps td:last-child{white-space:nowrap}.strip svg{height:72px}.map svg{border:0}
.bar{background:#4a90d9;height:.7em;display:inline-block;min-width:1px;print-color-adjust:exact}
.term{white-space:nowrap}.legend svg{display:inline-block;width:1em;height:1em;vertical-align:-2px;margin:0 .3em 0 1em}
@media print{body{margin:0;max-width:none;font-size:11px}h2{break-after:avoid}tr,.map{break-inside:avoid}}${colours}`;

/**
 * One HTML file that needs nothing else: no network, no script. Light or dark as its reader likes, light on paper.
 */
export async function html(source: ReportSource): Promise<string> {
  const { report, language } = source;
  const say = reportWords[language];
  const { duration, quantity, number } = numbersIn(language);
  const { result, claims, measurements, regions, steps, environment } = report;
  const measured = Object.entries(measurements);
  const said = report.error === undefined ? '' : `<p class="failed"><b>${say.error}</b>: ${text(report.error)}</p>`;
  const listed = steps.slice(0, maxSteps);
  const cut = steps.length > listed.length ? `<p>${say.more(steps.length - listed.length)}</p>` : '';
  const sections = [
    said,
    result && section(say.result, `<p class="result">${text(result.text)}</p>${figure(result.figure, language)}`),
    section(say.filmstrip, `${drawn('strip', say.filmstrip, filmstrip(report))}${legend(language)}`),
    ...inTime(maps(report)).map(({ label, step, drawn: map }) => {
      const title = say.map(label, step);
      return section(title, drawn('map', title, map));
    }),
    report.samples.length > 1 && section(say.locked, drawn('strip', say.locked, lockTimeline(report))),
    claims.length > 0 &&
      section(
        say.claims,
        table(
          [say.status, say.claim, say.expected, say.measured, say.reason],
          claims.map((claim) => ({
            className: claim.status,
            cells: [
              say[claim.status],
              claim.text,
              claimAmount(claim.expected, claim, language),
              claim.status === 'skipped' ? '' : claimAmount(claim.measured, claim, language),
              claim.reason ?? '',
            ],
          })),
        ),
      ),
    measured.length > 0 &&
      section(
        say.measurements,
        table(
          [],
          measured.map(([name, value]) => ({ cells: [name, quantity(value, unitOfName(name))] })),
        ),
      ),
    section(
      say.regions,
      table(
        [say.region, say.address, say.pages, say.kind],
        regions.map(({ label, name, address, pages, kind, protection }) => ({
          cells: [name ?? label, address, number(pages), `${kind} ${protection}`],
        })),
      ),
    ),
    section(
      say.steps,
      `${table(
        ['#', say.what, say.call, say.answer, say.time],
        listed.map((step) => ({
          className: step.errno === null ? '' : 'refused',
          cells: [String(step.index), step.title, callOf(step), answerOf(step), duration(step.durationNs)],
        })),
        2,
      )}${cut}`,
    ),
    section(
      say.environment,
      table(
        [],
        environmentRows(environment, language).map((cells) => ({ cells })),
      ),
    ),
    section(say.program, `<pre>${text(await programOf(source))}</pre>`),
  ];
  const csp = "default-src 'none'; style-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width">
<title>${text(report.experiment.title)} – Pagescope</title>
<style>${style}</style>
</head>
<body>
<h1>${text(report.experiment.title)}</h1>
<p class="soft">${text(madeBy(source))}</p>
${sections.filter(Boolean).join('\n')}
</body>
</html>
`;
}

/** The pages at the key moment, where any were looked at, above the filmstrip and a legend, as an SVG file. */
export function svg(source: ReportSource): string {
  const { report, language } = source;
  const [map] = maps(report);
  const say = reportWords[language];
  const { states } = say;
  const title = map ? say.map(map.label, map.step) : say.filmstrip;
  const [wide, strip, gap, line] = [640, 72, map ? 12 : 0, 20];
  const large = map ? Math.min(wide, Math.ceil(wide * mapShape(map.pages))) : 0;
  const tall = large + gap + strip;
  const legend = pageStates.map((state, index) => {
    const y = tall + line * (1 + Math.floor(index / 5));
    const x = (index % 5) * (wide / 5);
    return `<path class="${state}" d="M${x} ${y - 10}h10v10h-10z"/><text x="${x + 16}" y="${y}">${text(states[state])}</text>`;
  });
  const pages = map?.drawn.replace('preserveAspectRatio="none"', 'preserveAspectRatio="xMinYMin"') ?? '';
  const below = `<svg y="${large + gap}" width="${wide}" height="${strip}" `;
  const caption = [map ? `${title}; ${say.filmstrip}` : title, madeBy(source)].map(
    (said, index) => `<text y="${tall + line * (3 + index)}"${fitting(said)}>${text(said)}</text>`,
  );
  const height = tall + line * 4.5;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${height}" width="${wide}" height="${height}">
<title>${text(title)}</title><desc>${text(madeBy(source))}</desc>
<style>${colours} text{font-family:sans-serif;font-size:10px;fill:#777}</style>
${pages.replace('<svg ', `<svg width="${wide}" height="${large}" `)}
${filmstrip(report).replace('<svg ', below)}
<g>${legend.join('')}${caption.join('')}</g>
</svg>
`;
}

/** A long line is drawn as narrow as the picture is wide. */
const fitting = (said: string): string =>
  said.length > 110 ? ' textLength="640" lengthAdjust="spacingAndGlyphs"' : '';

/** Damaged operations leave the rest of the report as it is. */
async function programOf({ program }: ReportSource): Promise<string> {
  try {
    return await program();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const inTime = (all: ReturnType<typeof maps>) => all.toSorted((a, b) => a.step - b.step);

/** The page maps at the key moment first, or the end, and at the other steps that the result's numbers come from. */
function maps({ result, snapshots, regions }: Report) {
  const drawable = snapshots.filter(({ runs }) => runs.length > 0);
  const named = Object.values(result?.values ?? {}).flatMap(({ step }) => step ?? []);
  const steps = new Set([result?.keyStep ?? drawable.at(-1)?.step ?? 0, ...named]);
  return [...steps]
    .flatMap((step) => drawable.filter((snapshot) => snapshot.step === step))
    .slice(0, maxMaps)
    .flatMap((snapshot) => {
      const region = regions.find(({ id }) => id === snapshot.region);
      if (!region) return [];
      const { name, label, pages } = region;
      return [{ label: name ?? label, pages, step: snapshot.step, drawn: pageMap(snapshot, pages) }];
    });
}

function figure(drawn: NonNullable<Report['result']>['figure'], language: ReportSource['language']): string {
  const rows = figureRows(drawn, language);
  const most = Math.max(0, ...rows.map(({ amount }) => amount ?? 0));
  const lines = rows.map(({ label, said, amount }) => {
    const bar =
      amount && most > 0 ? `<span class="bar" style="width:${Math.round((amount / most) * 60)}%"></span> ` : '';
    return `<tr><th>${text(label)}</th><td>${bar}${text(said)}</td></tr>`;
  });
  return `<table><caption>${text(drawn.title)}</caption>${lines.join('')}</table>`;
}

function legend(language: ReportSource['language']): string {
  const { states } = reportWords[language];
  const swatches = pageStates.map(
    (state) =>
      `<span class="term"><svg viewBox="0 0 10 10"><path class="${state}" d="M1 1h8v8h-8z"/></svg>${states[state]}</span>`,
  );
  return `<p class="legend soft">${swatches.join(' ')}</p>`;
}

interface TableRow {
  readonly className?: string;
  readonly cells: readonly string[];
}

/** @param kernel the column that shows the kernel's own words */
function table(head: readonly string[], rows: readonly TableRow[], kernel = -1): string {
  const cells = (row: TableRow) =>
    row.cells.map((value, at) => `<td${at === kernel ? ' class="call"' : ''}>${text(value)}</td>`).join('');
  const lines = rows.map((row) => `<tr${row.className ? ` class="${row.className}"` : ''}>${cells(row)}</tr>`);
  const names = head.map((name) => `<th>${text(name)}</th>`).join('');
  const kind = kernel < 0 ? '' : ' class="steps"';
  return `<table${kind}>${head.length > 0 ? `<thead><tr>${names}</tr></thead>` : ''}<tbody>${lines.join('')}</tbody></table>`;
}

/** A drawing and what it is, for those who cannot see it. */
const drawn = (className: string, title: string, svg: string): string =>
  `<div class="${className}" role="img" aria-label="${text(title)}">${svg}</div>`;

const section = (title: string, body: string): string => `<section><h2>${text(title)}</h2>\n${body}</section>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Anybody's text, in which nothing is markup. */
const text = (value: string): string => withoutControls(value).replaceAll(/[&<>"']/g, (found) => entities[found] ?? '');
