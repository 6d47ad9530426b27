import type { TranscriptHeader } from '../session/transcript.ts';

/** What a report says of a workbench where it names the experiment. */
export const workbenchExperiment: TranscriptHeader['experiment'] = {
  id: 'workbench',
  title: { en: 'Workbench', zh: '工作台' },
  parameters: {},
};
