import { Button, Menu, Modal, NumberInput, Select } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { Parameter } from '../../../protocol/experiment.ts';
import { type Preset, presets } from '../../../protocol/presets.ts';
import { toProblem } from '../../../protocol/problem.ts';
import type { Text } from '../../../protocol/text.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { type Draft, draftValue } from '../../store/parameters.ts';
import classes from './workbench.module.css';

/** The classroom listings: choosing one asks for its numbers and opens a workbench in which it is done. */
export function PresetsMenu() {
  const { t, pick } = useWords();
  const opening = useApp((state) => state.bench.opening);
  const [chosen, setChosen] = useState<Preset>();
  if (presets.length === 0) return undefined;
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" disabled={opening} rightSection={<IconChevronDown size={14} aria-hidden />}>
            {t('workbench.presets.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown className={classes.presets ?? ''}>
          {presets.map((preset) => (
            <Menu.Item key={preset.id} onClick={() => setChosen(preset)}>
              {pick(preset.title)}
              <span className={classes.presetSummary}>{pick(preset.summary)}</span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={chosen !== undefined}
        onClose={() => setChosen(undefined)}
        title={chosen && pick(chosen.title)}
        closeButtonProps={{ 'aria-label': t('keys.close') }}
        size="md"
        centered
      >
        {chosen && <PresetForm key={chosen.id} preset={chosen} onDone={() => setChosen(undefined)} />}
      </Modal>
    </>
  );
}

function PresetForm({ preset, onDone }: { preset: Preset; onDone: () => void }) {
  const { t, pick } = useWords();
  const { workbench } = useActions();
  const placement = useApp((state) => state.settings.workbenchPlacement);
  const [draft, setDraft] = useState<Draft>({});
  const [problem, setProblem] = useState<Text>();
  const open = (event: FormEvent): void => {
    event.preventDefault();
    const values = Object.fromEntries(
      preset.parameters.map((parameter) => {
        const value = draftValue(parameter, draft);
        // An empty field isn't a number, and not 0.
        return [parameter.name, parameter.kind === 'integer' && value !== '' ? Number(value) : value];
      }),
    );
    try {
      const actions = preset.actions(values).map((action) => ({ action }));
      void workbench.reopen({ placement, actions });
      onDone();
    } catch (error) {
      setProblem(toProblem(error).text);
    }
  };
  return (
    <form className={classes.preset} noValidate onSubmit={open}>
      <p>{pick(preset.summary)}</p>
      {preset.parameters.map((parameter) => (
        <PresetField
          key={parameter.name}
          parameter={parameter}
          value={draftValue(parameter, draft)}
          onChange={(value) => {
            setProblem(undefined);
            setDraft((known) => ({ ...known, [parameter.name]: value }));
          }}
        />
      ))}
      {problem && (
        <p className={classes.wrong} role="alert">
          {pick(problem)}
        </p>
      )}
      <p className={classes.faint}>{t('workbench.presets.hint')}</p>
      <Button type="submit">{t('workbench.presets.open')}</Button>
    </form>
  );
}

interface FieldProps {
  readonly parameter: Parameter;
  readonly value: string | number;
  readonly onChange: (value: string | number) => void;
}

function PresetField({ parameter, value, onChange }: FieldProps) {
  const { pick } = useWords();
  const common = { label: pick(parameter.title), description: pick(parameter.description) };
  if (parameter.kind === 'choice') {
    return (
      <Select
        {...common}
        value={String(value)}
        data={parameter.choices.map((choice) => ({ value: choice.value, label: pick(choice.title) }))}
        onChange={(chosen) => chosen !== null && onChange(chosen)}
      />
    );
  }
  return <NumberInput {...common} value={value} clampBehavior="none" thousandSeparator={false} onChange={onChange} />;
}
