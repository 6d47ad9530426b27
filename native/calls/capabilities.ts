/** Capabilities by name, and giving them up. capabilities(7), uapi/linux/capability.h to Linux 6.18 (41 of them). */
import { checkInt } from '../libc/arguments.ts';
import { type Failed, failed, type Result, zero } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';

const NAMES = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
] as const;

/** `CAP_IPC_LOCK`…, or `capability 63` for one newer than this list. */
export type Capability = `CAP_${(typeof NAMES)[number]}` | `capability ${number}`;

/** The names in a mask as /proc/PID/status prints it (`CapEff:`), 16 hexadecimal digits. */
export function capabilities(mask: string): readonly Capability[] {
  const bits = BigInt(`0x${mask}`);
  const found: Capability[] = [];
  for (let number = 0; bits >> BigInt(number) > 0n; number++) {
    if (((bits >> BigInt(number)) & 1n) === 0n) continue;
    const name = NAMES[number];
    found.push(name === undefined ? `capability ${number}` : `CAP_${name}`);
  }
  return found;
}

const libcCapget = bind<(header: Uint32Array, data: Uint32Array) => number>('int capget(void *, void *)');
const libcCapset = bind<(header: Uint32Array, data: Uint32Array) => number>('int capset(void *, void *)');

/** _LINUX_CAPABILITY_VERSION_3: two structs of 32 bits each for 64 capabilities. */
const VERSION_3 = 0x20080522;
const HEX = 16;

/** The sets of one thread. */
export type CapabilitySets = {
  readonly effective: readonly Capability[];
  readonly permitted: readonly Capability[];
  readonly inheritable: readonly Capability[];
};

/** struct __user_cap_header_struct, in a buffer that V8 leaves where it is. */
function header(pid: number): Uint32Array {
  const words = new Uint32Array(32);
  words[0] = VERSION_3;
  words[1] = pid;
  return words;
}

function names(low = 0, high = 0): readonly Capability[] {
  return capabilities(((BigInt(high) << 32n) | BigInt(low)).toString(HEX));
}

/** The capabilities of a thread by its id; 0 is the caller. Errors: ESRCH, EPERM. capget(2) */
export function capget(pid = 0): ({ readonly returned: 0; readonly errno: null } & CapabilitySets) | Failed {
  const data = new Uint32Array(32);
  if (libcCapget()(header(checkInt('pid', pid)), data) !== 0) return failed();
  const [effective, permitted, inheritable, effectiveHigh, permittedHigh, inheritableHigh] = data;
  return {
    returned: 0,
    errno: null,
    effective: names(effective, effectiveHigh),
    permitted: names(permitted, permittedHigh),
    inheritable: names(inheritable, inheritableHigh),
  };
}

function bit(capability: Capability): number {
  const known: readonly string[] = NAMES;
  const index = known.indexOf(capability.slice('CAP_'.length));
  const number = index >= 0 ? index : Number(/^capability (\d+)$/.exec(capability)?.[1] ?? Number.NaN);
  if (Number.isInteger(number) && number < 64) return number;
  throw new RangeError(`capability must be one of capabilities(7), not ${capability}`);
}

/**
 * Takes capabilities out of the calling thread's effective, permitted and inheritable sets, for good. **Of this thread
 * alone**: those of koffi's pool keep theirs when they run already, so call what must fail synchronously; `setresuid`
 * changes all threads.
 *
 * Errors: EPERM, EINVAL. capset(2)
 * @throws RangeError for a name that isn't a capability.
 */
export function dropCapabilities(...dropped: readonly Capability[]): Result {
  const bits = dropped.map(bit);
  const words = header(0);
  const data = new Uint32Array(32);
  if (libcCapget()(words, data) !== 0) return failed();
  for (const number of bits) {
    const first = number < 32 ? 0 : 3;
    for (let set = first; set < first + 3; set++) data[set] = (data[set] ?? 0) & ~(1 << (number % 32));
  }
  return zero(libcCapset()(words, data));
}
