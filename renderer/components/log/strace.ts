import type { Step } from '../../../protocol/events.ts';

/** What strerror(3) of glibc says, in the C locale, of the errnos that the calls of the log can give. */
export const errnoSentences: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EAGAIN: 'Resource temporarily unavailable',
  EBADF: 'Bad file descriptor',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EFAULT: 'Bad address',
  EINTR: 'Interrupted system call',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  EMFILE: 'Too many open files',
  ENFILE: 'Too many open files in system',
  ENODEV: 'No such device',
  ENOENT: 'No such file or directory',
  ENOMEM: 'Cannot allocate memory',
  ENOSPC: 'No space left on device',
  ENOSYS: 'Function not implemented',
  ENOTSUP: 'Operation not supported',
  EOPNOTSUPP: 'Operation not supported',
  EOVERFLOW: 'Value too large for defined data type',
  EPERM: 'Operation not permitted',
  ESRCH: 'No such process',
  ETXTBSY: 'Text file busy',
};

type Called = Pick<Step, 'call' | 'arguments' | 'returned' | 'errno' | 'durationNs' | 'calls'>;

/**
 * A step in one line as `strace -T` would write it: `mlock(0x7f…, 16384) = -1 ENOMEM (Cannot allocate memory)
 * <0.000012>`. Of an action that is several calls, the one that the log shows; how many there were follows as a
 * comment.
 */
export function straceLine(step: Called): string {
  const { call, errno, returned, durationNs, calls } = step;
  const values = Object.values(step.arguments).join(', ');
  const sentence = errno === null ? undefined : errnoSentences[errno];
  const error = errno === null ? '' : ` ${errno}${sentence ? ` (${sentence})` : ''}`;
  const line = `${call}(${values}) = ${returned}${error} <${(durationNs / 1e9).toFixed(6)}>`;
  if (!calls || calls.made === 1) return line;
  const refused = calls.refused > 0 ? `, ${calls.refused} refused` : '';
  return `${line} /* ${calls.made} calls in all${refused} */`;
}
