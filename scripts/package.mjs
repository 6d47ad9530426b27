/**
 * `npm run package`: AppImage, deb and tar.gz for x64 and arm64, into `dist/`. electron-builder fetches Electron and the
 * tools of each format on first use; what cannot be fetched is named at the end, and the rest is built all the same.
 */
import { dirname } from 'node:path';
import { ended, ensureRuntime, nodePath, start } from './children.mjs';
import { findElectron, findOnPath } from './electron-binary.mjs';
import { ensureBuilt } from './fresh.mjs';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { inProject, main, Refusal } from './project.mjs';

const formats = ['AppImage', 'deb', 'tar.gz', 'dir'];
const architectures = ['x64', 'arm64'];

const help = `npm run package [-- format…] [--x64] [--arm64]
Formats: AppImage, deb and tar.gz (all three when none is named), and dir, a folder. The packages go to dist/.`;

/** @param {readonly string[]} args */
function wanted(args) {
  const known = [...formats, ...architectures.map((arch) => `--${arch}`)];
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined)
    throw new Refusal(`npm run package knows no '${unknown}': give any of ${known.join(', ')}.`, 2);
  const asked = formats.filter((format) => args.includes(format));
  const askedArchitectures = architectures.filter((arch) => args.includes(`--${arch}`));
  return {
    formats: asked.length > 0 ? asked : formats.filter((format) => format !== 'dir'),
    architectures: askedArchitectures.length > 0 ? askedArchitectures : architectures,
  };
}

/**
 * Why a download failed, in the words of whoever tried: the line that names the host or what npm was asked for.
 *
 * @param {string} output of electron-builder
 */
function fetchFailure(output) {
  const reason =
    /(getaddrinfo \w+ \S+|connect \w+ \S+|E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT)\b.*|HTTPError:? .*|Response code \d+.*|\S+ could not be fetched.*)/;
  return reason.exec(output)?.[1]?.trim();
}

/**
 * Packs one format for one architecture.
 *
 * @param {string} format
 * @param {string} arch
 * @returns {Promise<string | undefined>} why something that it needs could not be fetched
 */
async function pack(format, arch) {
  const electron = arch === process.arch ? findElectron() : undefined;
  const builder = start(
    nodePath(),
    [
      inProject('node_modules', 'electron-builder', 'cli.js'),
      ...['--linux', format, `--${arch}`, '--publish', 'never'],
      ...(electron === undefined ? [] : [`-c.electronDist=${dirname(electron)}`]),
    ],
    // An installed fpm spares the download of one.
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(findOnPath(['fpm']) && { USE_SYSTEM_FPM: 'true' }) },
    },
  );
  let output = '';
  for (const stream of [builder.stdout, builder.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  if ((await ended(builder)) === 0) return undefined;
  const why = fetchFailure(output);
  if (why !== undefined) return why;
  throw new Refusal(`${output}\nelectron-builder failed on ${format} for ${arch}: its output above says why.`);
}

requireNode();
await main(async () => {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    console.log(help);
    return 0;
  }
  const { formats, architectures } = wanted(args);
  await ensureInstalled();
  await ensureRuntime();
  await ensureBuilt();
  /** @type {Map<string, string[]>} */
  const missing = new Map();
  for (const arch of architectures) {
    for (const format of formats) {
      const name = `${format} (${arch})`;
      console.error(`Packing ${name} …`);
      const why = await pack(format, arch);
      if (why === undefined) console.log(`${name} is in dist/`);
      else missing.set(why, [...(missing.get(why) ?? []), name]);
    }
  }
  if (missing.size === 0) return 0;
  const parts = [...missing].map(([why, names]) => `${names.join(', ')} (${why})`);
  throw new Refusal(
    `Not packed, because Electron or a tool of the format could not be fetched: ${parts.join('; ')}; run it where the network allows, or set PAGESCOPE_ELECTRON.`,
    3,
  );
});
