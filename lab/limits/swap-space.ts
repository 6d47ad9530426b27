import { cgroupMemory } from '../../native/proc/cgroup.ts';
import { swaps } from '../../native/proc/proc-meminfo.ts';

/**
 * Bytes of anonymous memory that could be swapped out now: free swap, as far as the control group lets this process
 * have it.
 */
export function swapRoomBytes(): number {
  const areas = swaps();
  if (areas.errno !== null) return 0;
  const free = areas.swaps.reduce((sum, { sizeBytes, usedBytes }) => sum + sizeBytes - usedBytes, 0);
  const group = cgroupMemory();
  const most = group.errno === null ? group.memory?.swapMaxBytes : null;
  return typeof most === 'number' ? Math.min(free, most) : free;
}
