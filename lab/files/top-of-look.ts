import { type Stats, statfsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { plainName } from '../../protocol/plain-name.ts';
import { problem } from '../../protocol/problem.ts';
import { absolute, type BytePath, bytePath, forNode, pathText } from './byte-path.ts';
import { whyRefused } from './open-file.ts';

/** File systems that are views of the kernel by `f_type`: to open a file there may do something. statfs(2) */
const kernelViews: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0x73636673, // securityfs
  0xcafe4a11, // bpf
]);

/** What a person typed, as a path from the root that something is at. */
export function topOf(typed: string): { top: BytePath; isFolder: boolean } {
  const text = typed.trim().replace(/^~(?=\/|$)/, homedir());
  if (!text.startsWith('/')) {
    throw problem(
      'bad-input',
      `“${plainName(typed)}” isn't an absolute path; begin it with / or ~.`,
      `“${plainName(typed)}” 不是绝对路径；请以 / 或 ~ 开头。`,
    );
  }
  const top = absolute(bytePath(text.replace(/(?<=.)\/+$/, '')));
  const name = plainName(pathText(top));
  let status: Stats;
  try {
    status = statSync(forNode(top));
    if (kernelViews.has(statfsSync(forNode(top)).type)) throw kernelView(name);
  } catch (error) {
    if (error instanceof Error && 'problem' in error) throw error;
    const { en, zh } = whyRefused(error);
    throw problem('bad-input', `${name} can't be looked at: ${en}.`, `无法查看 ${name}：${zh}。`, { cause: error });
  }
  if (!status.isDirectory() && !status.isFile()) {
    const [en, zh] = ['it is neither a folder nor a regular file', '它既不是文件夹，也不是普通文件'];
    throw problem('bad-input', `${name} can't be looked at: ${en}.`, `无法查看 ${name}：${zh}。`);
  }
  return { top, isFolder: status.isDirectory() };
}

const kernelView = (name: string) =>
  problem(
    'bad-input',
    `${name} is a view of the kernel, not a folder of files: nothing of it is in the page cache.`,
    `${name} 是内核的视图，而不是存放文件的文件夹：其中没有任何内容在页缓存中。`,
  );
