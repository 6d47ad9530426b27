import { UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo, useId, useState } from 'react';
import type { RegionInfo, VmaInfo } from '../../../protocol/events.ts';
import { useApp, useWords } from '../../context/context.ts';
import { pageAddress } from '../../i18n/format.ts';
import type { RegionVmas } from '../../store/session/session.ts';
import { nameOf } from '../shared/region-name.ts';
import classes from './vma-strip.module.css';

interface Props {
  readonly session: number;
  readonly region: RegionInfo;
}

/** The region as the kernel keeps it: its VMAs, which locking splits, as a strip and on demand as a list. */
export const VmaStrip = memo(function VmaStrip({ session, region }: Props) {
  const { t } = useWords();
  const known = useApp((state) => state.sessions.get(session)?.vmas.get(region.id));
  const [listed, setListed] = useState(false);
  const listId = useId();
  if (!known || known.vmas.length === 0) return undefined;
  const { vmas, more } = known;
  const Chevron = listed ? IconChevronDown : IconChevronRight;
  return (
    <section className={classes.vmas} aria-label={t('workbench.vmas.strip', { name: nameOf(region) })}>
      <div className={classes.row}>
        <UnstyledButton
          className={classes.count}
          aria-expanded={listed}
          aria-controls={listed ? listId : undefined}
          title={t(listed ? 'workbench.vmas.hide' : 'workbench.vmas.show')}
          onClick={() => setListed((shown) => !shown)}
        >
          <Chevron size={12} aria-hidden />
          {t('workbench.vmas.count', { count: vmas.length + more })}
        </UnstyledButton>
        <div className={classes.strip} aria-hidden>
          {vmas.map((vma) => (
            <Piece key={vma.firstPage} vma={vma} />
          ))}
        </div>
      </div>
      {listed && <VmaList id={listId} region={region} known={known} />}
    </section>
  );
});

/** By what decides most: no rights at all, locked, locked on fault, or nothing of these. */
function toneOf({ flags, protection }: VmaInfo): string {
  if (flags.includes('lf')) return 'on-fault';
  if (flags.includes('lo')) return 'locked';
  return protection.startsWith('---') ? 'none' : 'plain';
}

function Piece({ vma }: { vma: VmaInfo }) {
  const words = useVmaWords();
  return (
    <span
      className={classes.piece}
      data-tone={toneOf(vma)}
      data-hidden={vma.flags.includes('dd') || undefined}
      style={{ flexGrow: vma.pageCount }}
      title={`${vma.firstPage}–${vma.firstPage + vma.pageCount - 1} ${vma.protection} ${words(vma)}`}
    />
  );
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

function VmaList({ id, region, known }: { id: string; region: RegionInfo; known: RegionVmas }) {
  const { t, format } = useWords();
  const words = useVmaWords();
  const pageSize = region.length / region.pages;
  return (
    <section
      id={id}
      className={classes.list}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      aria-label={t('workbench.vmas.list', { name: nameOf(region) })}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{t('workbench.vmas.pages')}</th>
            <th scope="col">{t('workbench.vmas.addresses')}</th>
            <th scope="col">{t('workbench.vmas.size')}</th>
            <th scope="col">{t('workbench.vmas.protection')}</th>
            <th scope="col">{t('workbench.vmas.flags')}</th>
          </tr>
        </thead>
        <tbody>
          {known.vmas.map((vma) => {
            const { firstPage, pageCount } = vma;
            const end = firstPage + pageCount;
            return (
              <tr key={firstPage}>
                <td className="num">{pageCount === 1 ? firstPage : `${firstPage}–${end - 1}`}</td>
                <td className="code">
                  {pageAddress(region.address, firstPage, pageSize)}–{pageAddress(region.address, end, pageSize)}
                </td>
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
