import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { capget } from '../../native/calls/capabilities.ts';
import { PR, prctl } from '../../native/calls/prctl.ts';
import { getrlimit, RLIMIT } from '../../native/calls/resource.ts';
import { readText } from '../../native/proc/proc-file.ts';
import type { Text } from '../../protocol/text.ts';
import { CoreName, withPid } from './core-pattern.ts';
import { lineOf, linkOf, ownNameFacts } from './name-facts.ts';

/** What the kernel of this machine does with a process that aborts. core(5) */
export type CoreSource =
  /** Its own file. `pattern` is kernel.core_pattern with `.%p` added where kernel.core_uses_pid adds it. */
  | { readonly kind: 'file'; readonly pattern: string }
  | { readonly kind: 'systemd-coredump' }
  | { readonly kind: 'apport'; readonly folder: string }
  /** No core file that could be found. `enable` is the command to be run by root so that there is one. */
  | { readonly kind: 'none'; readonly reason: Text; readonly enable: string };

/** Where apport puts the core files of processes whose RLIMIT_CORE is not 0 (Ubuntu 20.10 on). */
const apportFolder = '/var/lib/apport/coredump';

const plainPattern = 'sudo sysctl -w kernel.core_pattern=core';

/** What this machine would do now with a process that has this process's user and limits. */
export function coreSource(): CoreSource {
  const read = readText('/proc/sys/kernel/core_pattern');
  if (read.errno !== null) {
    return none(
      `/proc/sys/kernel/core_pattern cannot be read (${read.errno}), so nobody knows where core files go.`,
      `无法读取 /proc/sys/kernel/core_pattern（${read.errno}），因此不知道 core 文件写到哪里。`,
      'sudo mount -t proc proc /proc',
    );
  }
  return (
    limited() ??
    undumpable() ??
    filtered() ??
    sourceOf(read.text.replace(/\n$/, ''), lineOf('/proc/sys/kernel/core_uses_pid') === '1')
  );
}

/** The same for a pattern, as far as that goes without the kernel. */
export function sourceOf(corePattern: string, coreUsesPid: boolean): CoreSource {
  if (corePattern.startsWith('|')) return piped(corePattern.slice(1).trim());
  if (corePattern.startsWith('@')) {
    return none(
      `kernel.core_pattern is ${corePattern}: core files are sent to a socket, and are not to be found as files.`,
      `kernel.core_pattern 为 ${corePattern}：core 文件被发送到套接字，无法作为文件找到。`,
      plainPattern,
    );
  }
  const pattern = withPid(corePattern, coreUsesPid);
  if (pattern === '') {
    return none(
      'kernel.core_pattern is empty, so the kernel writes no core file.',
      'kernel.core_pattern 为空，因此内核不写 core 文件。',
      plainPattern,
    );
  }
  return unwritable(pattern) ?? { kind: 'file', pattern };
}

/** A hard limit of 0 that this process may not raise. */
function limited(): CoreSource | undefined {
  const limit = getrlimit(RLIMIT.CORE);
  if (limit.errno !== null || limit.hard !== 0n) return undefined;
  const held = capget();
  if (held.errno === null && held.effective.includes('CAP_SYS_RESOURCE')) return undefined;
  return none(
    'The hard limit for core files (RLIMIT_CORE) is 0 here, and only root may raise it; then start Pagescope from that shell.',
    '此处 core 文件的硬上限（RLIMIT_CORE）为 0，只有 root 能提高；提高后请从该 shell 启动 Pagescope。',
    'sudo prlimit --pid $$ --core=unlimited',
  );
}

function piped(command: string): CoreSource {
  const program = basename(command.split(/\s/)[0] ?? '');
  if (program === 'systemd-coredump') {
    if (onPath('coredumpctl')) return { kind: 'systemd-coredump' };
    return none(
      'Core files go to systemd-coredump, and coredumpctl, which reads them, is not here (in a container they go to the host).',
      'core 文件交给 systemd-coredump，而用于读取的 coredumpctl 不在此处（在容器中它们会交给宿主机）。',
      plainPattern,
    );
  }
  if (program === 'apport') {
    if (existsSync(apportFolder)) return { kind: 'apport', folder: apportFolder };
    return none(
      `Core files go to apport, and ${apportFolder}, where it puts them, is not here (in a container they go to the host).`,
      `core 文件交给 apport，而其存放目录 ${apportFolder} 不在此处（在容器中它们会交给宿主机）。`,
      plainPattern,
    );
  }
  return none(
    `kernel.core_pattern hands core files to ${program}, a program that Pagescope does not know; note the pattern to set it back, and have files written meanwhile.`,
    `kernel.core_pattern 把 core 文件交给 ${program}，Pagescope 不了解该程序；请记下原值以便恢复，暂时改为写入文件。`,
    plainPattern,
  );
}

/**
 * A process that changed its user, or whose program has capabilities or a set-user-ID bit, is as dumpable as
 * fs.suid_dumpable says: with 0 not at all, with 2 for root alone. It may make itself dumpable (prctl(2),
 * PR_SET_DUMPABLE) before this is asked.
 */
function undumpable(): CoreSource | undefined {
  const dumpable = prctl(PR.GET_DUMPABLE).returned;
  if (dumpable === 1 || dumpable === -1 || (dumpable === 2 && process.geteuid?.() === 0)) return undefined;
  const program = linkOf('/proc/self/exe') || process.execPath;
  return none(
    `This process is not dumpable (PR_GET_DUMPABLE ${dumpable}): ${program} has capabilities, or it changed its user.`,
    `该进程不可转储（PR_GET_DUMPABLE 为 ${dumpable}）：${program} 带有权能，或进程切换过用户。`,
    `sudo setcap -r ${program}`,
  );
}

/** Bit 0 of /proc/PID/coredump_filter: private anonymous memory. core(5) */
const anonymousPrivate = 1;

/**
 * A filter without private anonymous memory, which `gcore` heeds too: what is not found then was not kept out by its
 * mapping.
 */
export function filtered(): Extract<CoreSource, { kind: 'none' }> | undefined {
  const filter = Number.parseInt(lineOf('/proc/self/coredump_filter'), 16);
  // NaN where the kernel has no such file: then it filters nothing.
  if (Number.isNaN(filter) || filter & anonymousPrivate) return undefined;
  return none(
    'coredump_filter keeps private anonymous memory out of the core files of this process; set it in the shell that starts Pagescope.',
    '该进程的 coredump_filter 使 core 文件不含私有匿名内存；请在启动 Pagescope 的 shell 中设置它。',
    'echo 0x33 > /proc/$$/coredump_filter',
  );
}

/** A relative pattern starts in a folder that we make; the folder of an absolute one has to be there. */
function unwritable(pattern: string): CoreSource | undefined {
  const name = CoreName.of(pattern, ownNameFacts());
  if (!name.isAbsolute) {
    if (name.folder === '.') return undefined;
    return none(
      `kernel.core_pattern is ${pattern}, and there is no folder ${name.folder} in the folder of the process.`,
      `kernel.core_pattern 为 ${pattern}，而进程所在文件夹中没有 ${name.folder}。`,
      plainPattern,
    );
  }
  try {
    if (!statSync(name.folder).isDirectory()) throw new Error(name.folder);
  } catch {
    return none(
      `kernel.core_pattern is ${pattern}, and there is no folder ${name.folder}, so no core file is written.`,
      `kernel.core_pattern 为 ${pattern}，而文件夹 ${name.folder} 不存在，因此不会写 core 文件。`,
      `sudo mkdir -p -m 1777 ${name.folder}`,
    );
  }
  try {
    accessSync(name.folder, constants.W_OK | constants.X_OK | constants.R_OK);
    return undefined;
  } catch {
    return none(
      `kernel.core_pattern is ${pattern}, and this user may not write to ${name.folder}, so no core file of its processes is written.`,
      `kernel.core_pattern 为 ${pattern}，而该用户不能写入 ${name.folder}，因此不会写其进程的 core 文件。`,
      plainPattern,
    );
  }
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** Why there is no core file, and the command that there be one. */
export function whyNone({ reason, enable }: Extract<CoreSource, { kind: 'none' }>): Text {
  return { en: `${reason.en} Run: ${enable}`, zh: `${reason.zh}运行：${enable}` };
}

function none(en: string, zh: string, enable: string): Extract<CoreSource, { kind: 'none' }> {
  return { kind: 'none', reason: { en, zh }, enable };
}
