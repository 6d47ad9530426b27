import { UnstyledButton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { PageState } from '../../../protocol/flags.ts';
import { processSentence } from '../../../protocol/process-sentence.ts';
import type { ProcessRow } from '../../../protocol/processes.ts';
import { resultParts } from '../../../protocol/result-parts.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { shownEnvironment } from '../../store/store.ts';
import { Swatch } from '../page-map/swatch.tsx';
import words from '../result/result-words.module.css';
import { keptTogether } from '../shared/kept-together.tsx';
import { Unknown } from '../shared/unknown.tsx';
import { WithTerms } from '../terms/with-terms.tsx';

/** What a process locks of what it may, or holds, in one sentence; its words for states pick out their pages. */
export function ProcessSentence({ row, why }: { row: ProcessRow; why?: string }) {
  const { language, pick, t } = useWords();
  const pageSize = useApp((state) => shownEnvironment(state)?.pageSize) ?? 4096;
  return (
    <span aria-live="polite">
      {keptTogether(
        resultParts(processSentence(row, pageSize), language).map((part) =>
          typeof part === 'string' ? (
            part
          ) : part.state ? (
            <span key={part.name} className={words.counted}>
              <Swatch entry={part.state} />
              <Counted state={part.state} said={part.said} />
            </span>
          ) : (
            <b key={part.name} className={words.value} data-unknown={part.value === null || undefined}>
              {part.value === null ? (
                <Unknown why={why ?? (row.reason ? pick(row.reason) : t('processes.notInStatus'))}>{part.said}</Unknown>
              ) : (
                part.said
              )}
            </b>
          ),
        ),
        (text, key) => (
          <WithTerms key={key} text={text} />
        ),
      )}
    </span>
  );
}

/** Pointed at, it leaves the pages of its state lit; chosen, they stay so until it is chosen again. */
function Counted({ state, said }: { state: PageState; said: string }) {
  const { pickOut } = useActions();
  const picked = useApp((app) => app.picked === state);
  const passing = useRef(false);
  const let_ = useRef(() => {});
  const point = (): void => {
    if (picked) return;
    passing.current = true;
    pickOut(state);
  };
  const leave = (): void => {
    if (passing.current && picked) pickOut(state);
    passing.current = false;
  };
  let_.current = leave;
  useEffect(() => () => let_.current(), []);
  return (
    <UnstyledButton
      className={words.proof ?? ''}
      aria-pressed={picked && !passing.current}
      onPointerEnter={point}
      onPointerLeave={leave}
      onClick={() => {
        if (passing.current) passing.current = false;
        else pickOut(state);
      }}
    >
      {said}
    </UnstyledButton>
  );
}
