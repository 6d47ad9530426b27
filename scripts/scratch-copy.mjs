/**
 * A copy of the project in the folder for temporary files, to be changed and tested while the project stays as it is.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, nodePath, start } from './children.mjs';
import { compileCache } from './compile-cache.mjs';
import { allFiles } from './mutable-files.mjs';
import { inProject } from './project.mjs';
import { readResults } from './results.mjs';

/** Gone when this process ends. */
export class ScratchCopy {
  #folder = mkdtempSync(join(tmpdir(), 'pagescope-mutants-'));
  root = join(this.#folder, 'project');
  #temporary = join(this.#folder, 'tmp');
  #results = join(this.#folder, 'results.json');
  #compiled = compileCache(join(this.#folder, 'compiled'));
  /** Someone asked us to end. */
  stopped = false;
  #runs = false;

  /**
   * What is built is copied too; packages are linked one by one, so that what tools keep in node_modules stays here.
   */
  constructor() {
    process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 }));
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.once(signal, () => {
        this.stopped = true;
        if (!this.#runs) process.exit(128 + constants.signals[signal]);
      });
    }
    // Some tests run a part as another user.
    chmodSync(this.#folder, 0o755);
    mkdirSync(this.#temporary);
    chmodSync(this.#temporary, 0o1777);
    for (const path of [...allFiles(), 'out']) {
      if (existsSync(inProject(path))) cpSync(inProject(path), join(this.root, path), { recursive: true });
    }
    const packages = join(this.root, 'node_modules');
    mkdirSync(packages);
    for (const name of readdirSync(inProject('node_modules'))) {
      if (!name.startsWith('.vite')) symlinkSync(inProject('node_modules', name), join(packages, name));
    }
  }

  /** @param {string} file @param {string} source @returns {string} what it was */
  replace(file, source) {
    const before = readFileSync(join(this.root, file), 'utf8');
    writeFileSync(join(this.root, file), source);
    return before;
  }

  /**
   * Runs a command in the copy, without its output. What it leaves running ends with it.
   *
   * @param {string} name stands for it when it fails as a whole
   * @param {readonly string[]} args of Node, the first one a path in the copy
   * @param {number} limitMs
   * @returns {Promise<import('./results.mjs').Result[]>}
   */
  async run(name, [script = '', ...args], limitMs) {
    rmSync(this.#results, { force: true });
    const env = {
      ...process.env,
      PAGESCOPE_RESULTS: this.#results,
      TMPDIR: this.#temporary,
      NODE_COMPILE_CACHE: this.#compiled,
    };
    const child = start(nodePath(), [join(this.root, script), ...args], { cwd: this.root, stdio: 'ignore', env });
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nothing of it runs any more.
      }
    };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, limitMs);
    this.#runs = true;
    const status = await ended(child);
    this.#runs = false;
    clearTimeout(timer);
    kill();
    return late ? [{ name: `${name}: out of time`, status: 'failed' }] : readResults(this.#results, name, status);
  }
}
