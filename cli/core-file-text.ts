import { formatBytes } from '../lab/base/format.ts';
import type { CoreFile } from '../protocol/events.ts';
import type { Language } from '../protocol/language.ts';
import { type Nature, natureOf } from '../protocol/nature.ts';
import type { Report } from '../protocol/report.ts';

type ReportedCore = NonNullable<Report['coreFiles']>[number];

const routes: Record<Language, Record<CoreFile['route'], string>> = {
  en: {
    file: 'kernel',
    'systemd-coredump': 'systemd-coredump',
    apport: 'apport',
    gcore: 'gcore',
    'gcore-all': 'gcore -a',
  },
  zh: {
    file: '内核',
    'systemd-coredump': 'systemd-coredump',
    apport: 'apport',
    gcore: 'gcore',
    'gcore-all': 'gcore -a',
  },
};

const natures: Record<Language, Record<Nature, string>> = {
  en: {
    unprotected: 'the unprotected page',
    locked: 'the locked page',
    'dont-dump': 'the don’t-dump page',
    'locked-dont-dump': 'the locked, don’t-dump page',
    secret: 'memfd_secret',
  },
  zh: {
    unprotected: '未保护的页',
    locked: '已锁定的页',
    'dont-dump': '不转储的页',
    'locked-dont-dump': '已锁定且不转储的页',
    secret: 'memfd_secret ',
  },
};

/**
 * One core file's verdict in a line: `core file (kernel, 46 MiB on disk, 0.2 s): found 1 time in the unprotected page;
 * 0 in …`.
 */
export function coreFileLine(core: ReportedCore, report: Report, language: Language): string {
  const size = formatBytes(core.diskBytes);
  const time = `${(core.searchNs / 1e9).toFixed(core.searchNs < 1e8 ? 2 : 1)} s`;
  const where = (marker: number) => {
    const region = report.regions.find(({ id }) => id === marker);
    return region ? natures[language][natureOf(region, report.steps)] : String(marker);
  };
  const route = routes[language][core.route];
  if (language === 'zh') {
    const found = core.found.map(({ marker, count }) => `${where(marker)}的标记 ${count} 次`).join('，');
    const short = core.truncated ? '；文件不完整，其余部分无法搜索' : '';
    return `core 文件（${route}，磁盘上 ${size}，${time}）：找到${found}${short}`;
  }
  const [first, ...rest] = core.found;
  const times = first ? `${first.count} ${first.count === 1 ? 'time' : 'times'} in ${where(first.marker)}` : 'nothing';
  const found = [times, ...rest.map(({ marker, count }) => `${count} in ${where(marker)}`)].join('; ');
  const short = core.truncated ? '; the file is cut short, what is missing could not be searched' : '';
  return `core file (${route}, ${size} on disk, ${time}): found ${found}${short}`;
}
