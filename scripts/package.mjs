/**
 * `npm run package`: AppImage, deb and tar.gz for x64 and arm64, or the package for npm, into `dist/`. electron-builder
 * fetches Electron and the tools of each format on first use; what cannot be fetched is named at the end, and the rest
 * is packed all the same.
 */
import { dirname } from 'node:path';
import { ended, ensureRuntime, nodePath, start } from './children.mjs';
import { findElectron } from './electron-binary.mjs';
import { ensureBuilt } from './fresh.mjs';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { packForNpm } from './npm-package.mjs';
import { packagingTools } from './packaging-tools.mjs';
import { inProject, main, Refusal } from './project.mjs';

const formats = ['AppImage', 'deb', 'tar.gz', 'dir'];
const architectures = ['x64', 'arm64'];

const help = `npm run package [-- format…] [--x64] [--arm64]
npm run package -- --npm
Formats: AppImage, deb and tar.gz (all three when none is named), and dir, a folder. --npm makes the package for npm,
which needs no Electron. The packages go to dist/.`;

/**
 * @param {readonly string[]} args
 * @returns {'npm' | { formats: string[], architectures: string[] }}
 */
function wanted(args) {
  const known = [...formats, ...architectures.map((arch) => `--${arch}`), '--npm'];
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined)
    throw new Refusal(`npm run package knows no '${unknown}': give any of ${known.join(', ')}.`, 2);
  if (args.includes('--npm')) {
    if (args.length > 1) throw new Refusal('npm run package -- --npm takes nothing else: it is for every machine.', 2);
    return 'npm';
  }
  const asked = formats.filter((format) => args.includes(format));
  const askedArchitectures = architectures.filter((arch) => args.includes(`--${arch}`));
  return {
    formats: asked.length > 0 ? asked : formats.filter((format) => format !== 'dir'),
    architectures: askedArchitectures.length > 0 ? askedArchitectures : architectures,
  };
}

/**
 * Why a download failed, in the words of the tool that tried: the line that names the host or what npm was asked for.
 *
 * @param {string} output of electron-builder
 */
function fetchFailure(output) {
  const reason =
    /(getaddrinfo \w+ \S+|connect \w+ \S+|E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT)\b.*|HTTPError:? .*|Response code \d+.*|\S+ could not be fetched.*)/;
  return reason.exec(output)?.[1]?.trim();
}

/**
 * Runs electron-builder for one format and one architecture.
 *
 * @param {string} format
 * @param {string} arch
 * @param {readonly string[]} options
 * @returns {Promise<string | undefined>} why something that it needs could not be fetched
 */
async function pack(format, arch, options) {
  console.error(`Packing ${format} (${arch}) …`);
  const builder = inProject('node_modules', 'electron-builder', 'cli.js');
  // What is installed spares a download.
  const env = { ...process.env, ...packagingTools() };
  const child = start(nodePath(), [builder, '--linux', format, `--${arch}`, '--publish', 'never', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  if ((await ended(child)) === 0) return undefined;
  const why = fetchFailure(output);
  if (why !== undefined) return why;
  throw new Refusal(`${output}\nelectron-builder failed on ${format} for ${arch}: its output above says why.`);
}

/**
 * The folder first, then every format from that folder: without Electron for this architecture there is none of them.
 *
 * @param {string} arch
 * @param {readonly string[]} formats
 * @returns {Promise<string[]>} what could not be packed, each with why
 */
async function packAll(arch, formats) {
  const electron = arch === process.arch ? findElectron() : undefined;
  const why = await pack('dir', arch, electron === undefined ? [] : [`-c.electronDist=${dirname(electron)}`]);
  if (why !== undefined) return [`Electron for ${arch}, and with it ${formats.join(', ')} (${why})`];

  const folder = inProject('dist', arch === 'x64' ? 'linux-unpacked' : `linux-${arch}-unpacked`);
  const missing = [];
  for (const format of formats.filter((one) => one !== 'dir')) {
    const reason = await pack(format, arch, [`--prepackaged=${folder}`]);
    if (reason !== undefined) missing.push(`the tools of ${format} for ${arch} (${reason})`);
  }
  return missing;
}

requireNode();
await main(async (args) => {
  const asked = wanted(args);
  await ensureInstalled();
  await ensureRuntime();
  await ensureBuilt();
  if (asked === 'npm') {
    console.log(packForNpm(inProject('dist')));
    return 0;
  }
  const { formats, architectures } = asked;
  const missing = [];
  for (const arch of architectures) missing.push(...(await packAll(arch, formats)));
  if (missing.length === 0) return 0;
  throw new Refusal(
    `Could not be fetched: ${missing.join('; ')}; run npm run package where the network allows (PAGESCOPE_ELECTRON names an Electron that is already here).`,
    3,
  );
}, help);
