/**
 * The oldest Node that starts the scripts and the command: `engines.node` in package.json. Symbol.dispose came with it.
 */
const oldestNode = '20.5';

/**
 * Says in one sentence why this Node cannot run Pagescope, or nothing when it can.
 *
 * @param {string} version as in `process.versions.node`
 * @returns {string | undefined}
 */
export function nodeTooOld(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `Pagescope needs Node ${oldestNode} or newer, and this is Node ${version}: install a newer one from your distribution or from nodejs.org.`;
}

/** Ends the process with a usage error when its Node is too old. Call it before anything newer is imported. */
export function requireNode() {
  const sentence = nodeTooOld(process.versions.node);
  if (sentence === undefined) return;
  console.error(sentence);
  process.exit(2);
}
