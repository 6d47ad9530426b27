import { Accordion } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ByteLimit } from '../../../protocol/byte-limit.ts';
import type { Fix } from '../../../protocol/fixes/fix.ts';
import { useWords } from '../../context/context.ts';
import { Panel } from '../shared/panel.tsx';
import { FixBody } from './fix-body.tsx';
import classes from './fixes.module.css';
import { useLimitWords } from './use-limit-words.ts';

interface Props {
  readonly fixes: readonly Fix[];
  readonly writtenFor: ByteLimit;
  /** The fix that the address names: it is opened and brought into sight. */
  readonly wanted: string | undefined;
}

const groups = ['here', 'call', 'elsewhere'] as const;
type Group = (typeof groups)[number];

const groupOf = ({ applies, about }: Fix): Group =>
  applies === 'here' ? 'here' : about === 'call' ? 'call' : 'elsewhere';

/** Every fix, those for the setup that was found open and the others folded. */
export function Fixes({ fixes, writtenFor, wanted }: Props) {
  const { t, pick } = useWords();
  const words = useLimitWords();
  const [open, setOpen] = useState(() => fixes.filter(({ applies }) => applies === 'here').map(({ id }) => String(id)));
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted === undefined) return;
    setOpen((before) => [...new Set([...before, wanted])]);
    const item = host.current?.querySelector(`[data-fix="${CSS.escape(wanted)}"]`);
    item?.scrollIntoView({ block: 'start' });
    item?.querySelector('button')?.focus({ preventScroll: true });
  }, [wanted]);
  return (
    <div ref={host}>
      <Panel title={t('limits.fixes.title')} note={t('limits.fixes.written', { size: words.bytes(writtenFor) })}>
        {groups.map((group) => {
          const members = fixes.filter((fix) => groupOf(fix) === group);
          if (members.length === 0) return undefined;
          return (
            <section key={group} aria-labelledby={`fixes-${group}`}>
              <h3 id={`fixes-${group}`} className={classes.group}>
                {t(`limits.fixes.${group}`)}
              </h3>
              <Accordion
                multiple
                order={4}
                value={open.filter((id) => members.some((fix) => fix.id === id))}
                onChange={(own) =>
                  setOpen((before) => [...before.filter((id) => !members.some((fix) => fix.id === id)), ...own])
                }
                chevronPosition="left"
                chevronSize={16}
                transitionDuration={0}
                classNames={{
                  item: classes.item ?? '',
                  control: classes.control ?? '',
                  label: classes.label ?? '',
                  chevron: classes.chevron ?? '',
                  content: classes.content ?? '',
                }}
              >
                {members.map((fix) => (
                  <Accordion.Item key={fix.id} value={fix.id} data-fix={fix.id}>
                    <Accordion.Control>{pick(fix.title)}</Accordion.Control>
                    <Accordion.Panel>
                      <FixBody fix={fix} />
                    </Accordion.Panel>
                  </Accordion.Item>
                ))}
              </Accordion>
            </section>
          );
        })}
      </Panel>
    </div>
  );
}
