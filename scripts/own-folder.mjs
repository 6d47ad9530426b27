/**
 * A folder that nobody else can have made, or can put something in.
 */
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

// The command starts with this; imported, node:fs would load its streams too.
const { lstatSync, mkdirSync } = createRequire(import.meta.url)('node:fs');

/** Where the user's caches go, by the XDG Base Directory Specification. */
const caches = () => {
  const named = process.env.XDG_CACHE_HOME;
  return named !== undefined && isAbsolute(named) ? named : join(homedir(), '.cache');
};

/**
 * Whether a path is a folder, not a link, that only its owner and root may write to, and nobody but this user or root
 * owns; /tmp is not: whoever comes first makes a name there.
 *
 * @param {string} path
 * @param {number} forbidden bits of its mode
 */
function isOurs(path, forbidden) {
  const { uid, mode } = lstatSync(path);
  const directory = (mode & 0o170000) === 0o040000;
  return directory && (uid === process.geteuid?.() || uid === 0) && (mode & forbidden) === 0;
}

/**
 * The folder of this name among the user's caches: made with mode 0700, and trusted only where it and every folder
 * above it can be changed by this user and root alone. What is loaded as code from elsewhere would be another user's.
 *
 * @param {string} name
 * @returns {string | undefined} where there is none
 */
export function ownCacheFolder(name) {
  try {
    const folder = join(caches(), 'pagescope', name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOurs(folder, 0o077) || lstatSync(folder).uid !== process.geteuid?.()) return undefined;
    for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
      if (!isOurs(above, 0o022)) return undefined;
    }
    return folder;
  } catch {
    return undefined;
  }
}
