/** Capabilities by name. capabilities(7), uapi/linux/capability.h to Linux 6.18 (41 of them). */

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
