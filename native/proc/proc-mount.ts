/** How /proc is mounted, which decides what of other processes is there. proc(5), "Mount options" */
import { readText } from './proc-file.ts';

export type ProcMount = {
  /** `noaccess` (1): the files of others can’t be read; `invisible` (2), `ptraceable` (4): others are missing. */
  readonly hidepid: 'off' | 'noaccess' | 'invisible' | 'ptraceable';
  /** `subset=pid` (Linux 5.8): nothing but processes is there. */
  readonly onlyProcesses: boolean;
};

const hidepids: Readonly<Record<string, ProcMount['hidepid']>> = {
  '1': 'noaccess',
  noaccess: 'noaccess',
  '2': 'invisible',
  invisible: 'invisible',
  '4': 'ptraceable',
  ptraceable: 'ptraceable',
};

/** Of the /proc that this process sees. What can't be read counts as the kernel's default. */
export function procMount(): ProcMount {
  const read = readText('/proc/self/mountinfo');
  return parseProcMount(read.errno === null ? read.text : '');
}

/** The same from the text of /proc/self/mountinfo; of several mounts on one another the last one is seen. */
export function parseProcMount(mountinfo: string): ProcMount {
  const line = mountinfo.split('\n').findLast((each) => each.split(' ')[4] === '/proc');
  const options = line?.split(' - ')[1]?.split(' ')[2]?.split(',') ?? [];
  const hidepid = options.find((each) => each.startsWith('hidepid='))?.slice('hidepid='.length) ?? '';
  return { hidepid: hidepids[hidepid] ?? 'off', onlyProcesses: options.includes('subset=pid') };
}
