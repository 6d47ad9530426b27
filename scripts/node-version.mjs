/** The oldest Node that starts the scripts and the command: `engines.node` in package.json. */
const oldestNode = 20;

/**
 * Says in one sentence why this Node cannot run Pagescope, or nothing when it can.
 *
 * @param {string} version as in `process.versions.node`
 * @returns {string | undefined}
 */
export function nodeTooOld(version) {
  if (Number.parseInt(version, 10) >= oldestNode) return undefined;
  return `Pagescope needs Node ${oldestNode} or newer, and this is Node ${version}: install a newer one from your distribution or from nodejs.org.`;
}

/** Ends the process with a usage error when its Node is too old. Call it before anything newer is imported. */
export function requireNode() {
  const sentence = nodeTooOld(process.versions.node);
  if (sentence === undefined) return;
  console.error(sentence);
  process.exit(2);
}
