import type { ErrnoName } from './errno.ts';

export function meaning(call: string, errno: ErrnoName): { en: string; zh: string } {
  return { en: `${call} failed: ${errno}.`, zh: `${call} 失败：${errno}。` };
}
