import { memo } from 'react';
import type { RegionInfo, VmaInfo } from '../../../protocol/events.ts';
import { useApp, useWords } from '../../context/context.ts';
import { pageAddress } from '../../i18n/format.ts';
import type { RegionVmas } from '../../store/session/session.ts';
import { workbenchSession } from '../../store/store.ts';
import { benchRegion } from '../../store/workbench-selectors.ts';
import { Empty } from '../shared/panel.tsx';
import { nameOf } from '../shared/region-name.ts';
import classes from './vmas.module.css';

/** The region that tools act on as the kernel keeps it: its VMAs, which locking splits. */
export const Vmas = memo(function Vmas() {
  const { t } = useWords();
  const region = useApp(benchRegion);
  const known = useVmas();
  if (!region || !known || known.vmas.length === 0) return <Empty>{t('workbench.vmas.empty')}</Empty>;
  return <VmaList region={region} known={known} />;
});

export function useVmas(): RegionVmas | undefined {
  return useApp((state) => {
    const region = benchRegion(state);
    return region && workbenchSession(state)?.vmas.get(region.id);
  });
}

/** A VMA's flags in words. */
function useVmaWords(): (vma: VmaInfo) => string {
  const { t, format } = useWords();
  const known: Readonly<Record<string, string>> = {
    lo: t('workbench.vmas.flag.lo'),
    lf: t('workbench.vmas.flag.lf'),
    dd: t('workbench.vmas.flag.dd'),
    hg: t('workbench.vmas.flag.hg'),
    nh: t('workbench.vmas.flag.nh'),
    io: t('workbench.vmas.flag.io'),
  };
  return ({ flags }) =>
    flags
      // On fault says that it is locked, too.
      .filter((flag) => flag !== 'lo' || !flags.includes('lf'))
      .map((flag) => known[flag] ?? flag)
      .join(format.listSeparator) || t('workbench.vmas.none');
}

function VmaList({ region, known }: { region: RegionInfo; known: RegionVmas }) {
  const { t, format } = useWords();
  const words = useVmaWords();
  const pageSize = region.length / region.pages;
  return (
    <section
      className={classes.list}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      aria-label={t('workbench.vmas.list', { name: nameOf(region) })}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{t('workbench.vmas.pages')}</th>
            <th scope="col">{t('workbench.vmas.size')}</th>
            <th scope="col">{t('workbench.vmas.protection')}</th>
            <th scope="col">{t('workbench.vmas.flags')}</th>
          </tr>
        </thead>
        <tbody>
          {known.vmas.map((vma) => {
            const { firstPage, pageCount } = vma;
            const end = firstPage + pageCount;
            const [from, to] = [firstPage, end].map((page) => pageAddress(region.address, page, pageSize));
            return (
              <tr key={firstPage} title={`${from}–${to}`}>
                <td className="num">{pageCount === 1 ? firstPage : `${firstPage}–${end - 1}`}</td>
                <td className="num">{format.bytes(pageCount * pageSize)}</td>
                <td className="code">{vma.protection}</td>
                <td>{words(vma)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {known.more > 0 && <p>{t('workbench.vmas.more', { count: known.more })}</p>}
    </section>
  );
}
