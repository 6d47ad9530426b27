import type { Text } from '../../../protocol/text.ts';

export interface Chapter {
  /** Its file in `docs/en` and `docs/zh`, and its place in an address. */
  readonly id: string;
  /** As the list of chapters calls it. */
  readonly title: Text;
}

/** The guide, in the order in which it is read. */
export const chapters: readonly Chapter[] = [
  { id: 'mlock-mlock2-mlockall', title: { en: 'Locking and its calls', zh: '锁定及其调用' } },
  { id: 'why-did-mlock-fail', title: { en: 'Why did mlock fail?', zh: 'mlock 为什么失败？' } },
  { id: 'is-my-daemon-locked', title: { en: 'Is my daemon locked?', zh: '我的守护进程锁定了吗？' } },
  { id: 'what-grew', title: { en: 'What grew?', zh: '什么增大了？' } },
  { id: 'keeping-a-key', title: { en: 'Secrets and core files', zh: '机密与 core 文件' } },
  { id: 'what-mincore-tells', title: { en: 'mincore, before and after', zh: 'mincore：访问前与访问后' } },
  { id: 'prefault-and-real-time', title: { en: 'Prefault and real time', zh: '预先调入与实时' } },
  { id: 'speculative-allocation', title: { en: 'Speculative allocation', zh: '投机式分配' } },
  { id: 'five-ways-to-use-it', title: { en: 'Five ways to use it', zh: '五种用法' } },
];

/** What is looked up rather than read. */
export const appendix: readonly Chapter[] = [
  { id: 'the-workbench', title: { en: 'The workbench', zh: '工作台' } },
  { id: 'recording-file', title: { en: 'The recording of a session', zh: '会话的录制文件' } },
];

export const allChapters = [...chapters, ...appendix];
