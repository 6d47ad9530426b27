import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A part of Debian's archive: `trixie-security` of `debian-security`. */
export interface Suite {
  readonly archive: 'debian' | 'debian-security';
  readonly name: string;
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Where this machine's own apt finds Debian, without the archive's name: in sources.list(5), of either format.
 *
 * @returns undefined where it finds another system, or there is no apt
 */
export function debianMirror(): string | undefined {
  const folder = '/etc/apt/sources.list.d';
  const list = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  const more = (() => {
    try {
      return readdirSync(folder).map((name) => list(join(folder, name)));
    } catch {
      return [];
    }
  })();
  const sources = [list('/etc/apt/sources.list'), ...more].join('\n');
  return /^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s*)?)(\w+:\/\/\S+)\/debian\/?(?:\s|$)/m.exec(sources)?.[1];
}

/**
 * Packages of one suite, by name and with apt alone. It has its lists and its cache in a folder of its own: the
 * machine's apt and what is installed stay as they are.
 */
export class Packages {
  readonly #folder: string;
  readonly #options: readonly string[];

  /**
   * @param architecture as Debian calls it
   * @param folder where lists and packages are kept
   */
  constructor({ archive, name }: Suite, architecture: string, folder: string) {
    this.#folder = join(folder, architecture, name);
    const lists = join(this.#folder, 'lists');
    const cache = join(this.#folder, 'cache');
    for (const each of [lists, cache])
      mkdirSync(join(each, each === lists ? 'partial' : 'archives/partial'), { recursive: true });
    const sources = join(this.#folder, 'sources.list');
    writeFileSync(
      sources,
      `deb [arch=${architecture} signed-by=${keyring}] ${debianMirror()}/${archive} ${name} main\n`,
    );
    const settings = {
      'Dir::Etc::SourceList': sources,
      'Dir::Etc::SourceParts': '/dev/null',
      'Dir::State::Lists': lists,
      'Dir::State::Status': '/dev/null',
      'Dir::Cache': cache,
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
      'APT::Sandbox::User': 'root',
    };
    this.#options = ['-qq', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
    this.#run('apt-get', 'update');
  }

  #run(command: 'apt-get' | 'apt-cache', ...args: string[]): string {
    return execFileSync(command, [...this.#options, ...args], {
      cwd: this.#folder,
      encoding: 'utf8',
      timeout: 300_000,
    });
  }

  /** The names of the packages that one depends on. */
  dependsOn(name: string): string[] {
    const said = this.#run('apt-cache', 'depends', name);
    return [...said.matchAll(/^ *\|?Depends: (\S+)/gm)].flatMap(([, each]) => each ?? []);
  }

  /** Fetches packages and unpacks them into a new folder, without running a script of theirs. */
  unpack(names: readonly string[], into: string): void {
    mkdirSync(dirname(into), { recursive: true });
    const debs = mkdtempSync(join(this.#folder, 'debs-'));
    try {
      execFileSync('apt-get', [...this.#options, 'download', ...names], { cwd: debs, timeout: 300_000 });
      const ready = join(debs, 'ready');
      for (const deb of readdirSync(debs).filter((name) => name.endsWith('.deb')))
        execFileSync('dpkg-deb', ['--extract', join(debs, deb), ready]);
      renameSync(ready, into);
    } finally {
      rmSync(debs, { recursive: true, force: true });
    }
  }
}
