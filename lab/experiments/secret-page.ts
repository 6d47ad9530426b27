import { pageSize } from '../../native/libc/sysconf.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { claims } from './secret-page/claims.ts';

const mostPages = 16;

/** What a copy of the process takes for itself, and what the search of a core file holds. */
const copyBytes = 64 * 1024 * 1024;

/**
 * The life of a secret: mapped, locked, left out of core files, written, proved to be absent from a core file, wiped,
 * given back; beside the same in a page that nothing protects and in memfd_secret. The kernel stores random bytes in
 * each page, so that they exist nowhere else; only when every core file has been written does this process learn them,
 * to search for them.
 */
export const secretPage = experiment({
  id: 'secret-page',
  group: 'secrets',
  title: { en: 'A secret page', zh: '机密页' },
  summary: {
    en: 'Three pages hold a random marker each: unprotected, locked and left out of dumps, and memfd_secret. A copy of the process aborts; its core file is searched.',
    zh: '三个页各存一个随机标记：未保护的、已锁定且不转储的、memfd_secret 的。进程的一个副本中止，然后搜索它的 core 文件。',
  },
  sentence: {
    en: 'Put a random key on {pages} {pages|page|pages} of each of three kinds, and search the core files for it',
    zh: '在三种内存各 {pages} 页上放置随机密钥，再在 core 文件中搜索它',
  },
  placement: 'isolated',
  parameters: {
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: {
        en: 'How many pages each of the three regions has; the marker is in the first.',
        zh: '三个区域各有多少页；标记位于第一页。',
      },
      minimum: 1,
      maximum: mostPages,
      default: 1,
      unit: { en: 'pages', zh: '页' },
    }),
  },
  claims,
  commitsBytes: ({ pages }) => 3 * pages * pageSize() + copyBytes,
  mapsBytes: ({ pages }) => 3 * pages * pageSize(),

  async *run(lab, { pages }) {
    // Loaded when it runs: what finds, makes and searches core files is a third of all experiments.
    const { lifeOfASecret } = await import('./secret-page/script.ts');
    yield* lifeOfASecret(lab, pages);
  },
});
