import { describe, expect, it } from 'vitest';
import { coreFileLine } from '../../cli/core-file-text.ts';
import { languageOf } from '../../cli/language.ts';
import type { Language } from '../../protocol/language.ts';
import type { Report } from '../../protocol/report.ts';

describe('the language of the surroundings', () => {
  it.each<[environment: NodeJS.ProcessEnv, language: string]>([
    [{}, 'en'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'ZH_TW' }, 'zh'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_GB.UTF-8' }, 'en'],
    [{ LANG: 'en_GB.UTF-8', LC_MESSAGES: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, 'zh'],
    [{ LC_CTYPE: 'zh_CN.UTF-8' }, 'en'],
  ])('as locale(7) orders its variables, of %o is %s', (environment, language) => {
    expect(languageOf(environment)).toBe(language);
  });
});

describe('the verdict on a core file', () => {
  const call = (call: string, argument: object = {}) => ({ region: 2, call, errno: null, arguments: argument });
  const report = {
    regions: [{ id: 1 }, { id: 2 }, { id: 3, kind: 'secret' }],
    steps: [call('mlock'), call('madvise', { advice: 'MADV_DONTDUMP' })],
  } as unknown as Report;
  /** How often the marker of each region was found in a file of this route. */
  const line = (found: readonly number[], more: object, language: Language) =>
    coreFileLine(
      {
        route: 'file',
        diskBytes: 46 * 1024 ** 2,
        searchNs: 2e8,
        truncated: false,
        found: found.map((count, at) => ({ marker: at + 1, count })),
        ...more,
      } as unknown as NonNullable<Report['coreFiles']>[number],
      report,
      language,
    );

  it('says which route it came by, how large it is, and how often each marker is in it', () => {
    expect(line([1, 0, 0], {}, 'en')).toBe(
      'core file (kernel, 46 MiB on disk, 0.2 s): found 1 time in the unprotected page; 0 in the locked, don’t-dump page; 0 in memfd_secret',
    );
    expect(line([1, 0, 0], {}, 'zh')).toBe(
      'core 文件（内核，磁盘上 46 MiB，0.2 s）：找到未保护的页的标记 1 次，已锁定且不转储的页的标记 0 次，memfd_secret 的标记 0 次',
    );
  });

  it('counts more than one, and says that what is missing of a file that was cut short was not searched', () => {
    const cut = { route: 'gcore-all', truncated: true, searchNs: 2e7 };
    expect(line([2], cut, 'en')).toBe(
      'core file (gcore -a, 46 MiB on disk, 0.02 s): found 2 times in the unprotected page; the file is cut short, what is missing could not be searched',
    );
    expect(line([2], cut, 'zh')).toBe(
      'core 文件（gcore -a，磁盘上 46 MiB，0.02 s）：找到未保护的页的标记 2 次；文件不完整，其余部分无法搜索',
    );
  });
});
