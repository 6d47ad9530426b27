import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { maxRegionPages } from '../../../protocol/mapping.ts';
import type { Text } from '../../../protocol/text.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { workbenchSession } from '../../store/store.ts';
import {
  backings,
  type DraftProblem,
  draftSize,
  pagesIn,
  protectionNames,
  type RegionDraft,
  regionRequest,
} from '../../store/workbench/region-draft.ts';
import { ChooseFile } from '../shared/choose-file.tsx';
import { Tip } from '../shared/tip.tsx';
import { PlacementChoice } from './placement.tsx';
import classes from './region-form.module.css';

type Refusal = { readonly problem: Text } | { readonly step: Step | undefined };

/**
 * The form that maps a region: what is wrong stands beside its field, what the kernel refuses below, and nothing typed
 * is lost.
 */
export function RegionForm({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const { workbench } = useActions();
  const draft = useApp((state) => state.bench.draft);
  const pageSize = useApp((state) => state.host?.environment.pageSize ?? 4096);
  const open = useApp((state) => workbenchSession(state)?.state === 'open');
  const [tried, setTried] = useState(false);
  const [mapping, setMapping] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const result = regionRequest(draft, pageSize);
  const problems = tried && 'problems' in result ? result.problems : [];
  const set = (change: Partial<RegionDraft>): void => {
    setRefusal(undefined);
    workbench.draft(change);
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if ('problems' in result || mapping) return;
    setMapping(true);
    setRefusal(undefined);
    const added = await workbench.addRegion(result.request);
    setMapping(false);
    if ('region' in added) {
      workbench.draft({ name: '' });
      setTried(false);
      onDone();
      return;
    }
    if ('step' in added && added.step) workbench.dismiss(added.step.index);
    setRefusal(added);
  };

  return (
    <form
      className={classes.form}
      aria-label={t('workbench.region.form')}
      noValidate
      onSubmit={(event) => void submit(event)}
    >
      <Fields draft={draft} set={set} problems={problems} pageSize={pageSize} />
      <PlacementChoice />
      <Button type="submit" h={30} loading={mapping} disabled={!open} className={classes.submit ?? ''}>
        {t('workbench.region.submit')}
      </Button>
      {refusal && <Refused refusal={refusal} />}
    </form>
  );
}

interface FieldsProps {
  readonly draft: RegionDraft;
  readonly set: (change: Partial<RegionDraft>) => void;
  readonly problems: readonly DraftProblem[];
  readonly pageSize: number;
}

function Fields({ draft, set, problems, pageSize }: FieldsProps) {
  const { t, format } = useWords();
  const say = useDraftProblem(draft, pageSize);
  const error = (field: DraftProblem['field']): ReactNode => {
    const problem = problems.find((candidate) => candidate.field === field);
    return problem && say(problem);
  };
  const size = draftSize(draft.size);
  const pages = size && typeof size !== 'string' ? pagesIn(size, pageSize) : undefined;
  const choices = <const V extends string>(values: readonly V[], label: (value: V) => string) =>
    values.map((value) => ({ value, label: label(value) }));
  return (
    <>
      <Select
        className={classes.backing ?? ''}
        label={t('workbench.region.backing')}
        value={draft.backing}
        data={choices(backings, (backing) => t(`workbench.region.backings.${backing}`))}
        onChange={(backing) => backing && set({ backing, ...(backing === 'file' && { size: '' }) })}
      />
      {draft.backing === 'file' && (
        <>
          <TextInput
            className={classes.path ?? ''}
            size="xs"
            label={t('workbench.region.path')}
            value={draft.path}
            rightSection={<ChooseFile path={draft.path} choose={(path) => set({ path })} />}
            error={error('path')}
            spellCheck={false}
            onChange={(event) => set({ path: event.currentTarget.value })}
          />
          <Select
            className={classes.choice ?? ''}
            label={t('workbench.region.sharing')}
            value={draft.sharing}
            data={choices(['private', 'shared'], (sharing) => t(`workbench.region.sharings.${sharing}`))}
            onChange={(sharing) => sharing && set({ sharing, ...(sharing === 'shared' && { protection: 'read' }) })}
          />
        </>
      )}
      <Tip label={t('workbench.region.sizeHint')}>
        <TextInput
          className={classes.size ?? ''}
          size="xs"
          label={t('workbench.region.size')}
          value={draft.size}
          placeholder={draft.backing === 'file' ? t('workbench.region.sizeOfFile') : ''}
          error={error('size')}
          description={
            pages === undefined
              ? undefined
              : t('workbench.region.sizeIs', { count: pages, size: format.bytes(pages * pageSize) })
          }
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          spellCheck={false}
          onChange={(event) => set({ size: event.currentTarget.value })}
        />
      </Tip>
      <Select
        className={classes.choice ?? ''}
        label={t('workbench.region.protection')}
        value={draft.protection}
        data={choices(protectionNames, (name) => t(`workbench.region.protections.${name}`))}
        onChange={(protection) => protection && set({ protection })}
      />
      {draft.backing !== 'hugetlb' && (
        <Select
          className={classes.choice ?? ''}
          label={t('workbench.region.hugePages')}
          value={draft.hugePages}
          data={choices(['never', 'always', 'system'], (choice) => t(`workbench.region.hugePageChoices.${choice}`))}
          onChange={(hugePages) => hugePages && set({ hugePages })}
        />
      )}
      <TextInput
        className={classes.name ?? ''}
        size="xs"
        label={t('workbench.region.name')}
        placeholder={t('workbench.region.nameHint')}
        value={draft.name}
        error={error('name')}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {(['populate', 'locked'] as const).map((name) => (
        <Tip key={name} label={t(`workbench.region.${name}Hint`)}>
          <Checkbox
            className={classes.flag ?? ''}
            size="xs"
            label={t(`workbench.region.${name}`)}
            checked={draft[name]}
            onChange={(event) => set({ [name]: event.currentTarget.checked })}
          />
        </Tip>
      ))}
    </>
  );
}

function useDraftProblem(draft: RegionDraft, pageSize: number): (problem: DraftProblem) => string {
  const { t, format } = useWords();
  return ({ field, kind }) => {
    const value = draft[field].trim();
    if (kind === 'nameTooLong') return t('workbench.problem.nameTooLong', { count: value.length });
    const most = { pages: maxRegionPages, size: format.bytes(maxRegionPages * pageSize) };
    return t(`workbench.problem.${kind}`, { value, ...most });
  };
}

/** Why there is no region: the engine's sentence, or what the kernel's errno means. */
function Refused({ refusal }: { refusal: Refusal }) {
  const { t, pick } = useWords();
  if ('problem' in refusal) {
    return (
      <p className={classes.refused} role="alert">
        {pick(refusal.problem)}
      </p>
    );
  }
  const { step } = refusal;
  if (!step) return undefined;
  const why = step.diagnosis?.text ?? step.meaning;
  return (
    <p className={classes.refused} role="alert">
      <strong>{t('workbench.region.refused', { call: step.call, errno: step.errno ?? '' })}</strong> {why && pick(why)}
    </p>
  );
}
