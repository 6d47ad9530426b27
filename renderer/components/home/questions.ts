import type { Text } from '../../../protocol/text.ts';

export interface Question {
  readonly id: string;
  readonly title: Text;
  /** What answers it, as the command line and the blocks of the guide write it. */
  readonly command: string;
  /** Where it is set right, for those who have the problem. */
  readonly fix?: true;
}

/** What people come with, and the experiment that answers it on their machine. */
export const questions: readonly Question[] = [
  {
    id: 'cost',
    title: { en: 'What does touching a page cost?', zh: '访问一页要付出什么？' },
    command: 'pagescope run first-touch',
  },
  {
    id: 'deadline',
    title: { en: 'Are my pages in RAM before the deadline?', zh: '到时限之前，我的页都在内存中吗？' },
    command: 'pagescope run prefault --set pages=64',
  },
  {
    id: 'refused',
    title: { en: 'Why did mlock fail?', zh: 'mlock 为什么失败？' },
    command: 'pagescope run lock-limit',
    fix: true,
  },
  {
    id: 'key',
    title: { en: 'Is my key in the core file?', zh: '我的密钥在 core 文件里吗？' },
    command: 'pagescope run secret-page',
  },
  {
    id: 'huge',
    title: { en: 'Why did one byte cost 2 MiB?', zh: '为什么一个字节占了 2 MiB？' },
    command: 'pagescope run huge-page',
  },
  {
    id: 'fork',
    title: { en: 'Is my lock still there after fork?', zh: 'fork 之后锁定还在吗？' },
    command: 'pagescope run fork',
  },
];
