import type { Text } from '../../protocol/text.ts';

/** What the kernel of this machine does with a process that aborts. core(5) */
export type CoreSource =
  /** A file of its own. `pattern` is kernel.core_pattern with `.%p` added where kernel.core_uses_pid adds it. */
  | { readonly kind: 'file'; readonly pattern: string }
  | { readonly kind: 'systemd-coredump' }
  | { readonly kind: 'apport' }
  /** No core file that could be found. `enable` is the command to be run by root so that there is one. */
  | { readonly kind: 'none'; readonly reason: Text; readonly enable: string };

/** What this machine would do now with a process that has this process's user and limits. */
export function coreSource(): CoreSource {
  throw new Error('not there yet');
}
