import type { ExperimentDescriptor } from '../../protocol/experiment.ts';
import { ProblemError } from '../../protocol/problem.ts';
import type { HostInfo, Reader, Received, Service } from '../../protocol/service.ts';
import { serviceOf } from './every-method.ts';

const text = (en: string) => ({ en, zh: `${en}（中）` });

export const fakeExperiment: ExperimentDescriptor = {
  id: 'first-touch',
  group: 'residency',
  title: text('First touch'),
  summary: text('Touch pages.'),
  placement: 'inline',
  parameters: [
    {
      kind: 'integer',
      name: 'pages',
      title: text('Pages'),
      description: text('How many.'),
      minimum: 1,
      maximum: 1000,
      default: 64,
    },
  ],
  claims: [{ id: 'all-after', text: text('All are resident') }],
  available: true,
};

const host: HostInfo = {
  kind: 'browser',
  version: '0',
  pid: 1,
  budgetBytes: 1,
  environment: {
    kernel: '6',
    architecture: 'x86_64',
    pageSize: 4096,
    memTotal: 0,
    memAvailable: 0,
    swapTotal: 0,
    thp: 'never',
    overcommit: 'heuristic',
    memlock: { soft: 'unlimited', hard: 'unlimited' },
    capabilities: [],
    features: {},
  },
};

/** An engine that does nothing but write down what it is asked, for tests of the window's own logic. */
export class FakeService {
  readonly calls: string[] = [];
  readonly starts: Received<'start'>[] = [];
  reader: Reader | undefined;
  /** The next start is refused with this sentence. */
  refuse: string | undefined;

  make = (reader: Reader): Service => {
    this.reader = reader;
    const note = async (call: string) => void this.calls.push(call);
    return serviceOf({
      host: async () => host,
      limits: () => Promise.reject(new Error('no limits')),
      experiments: async () => [fakeExperiment],
      start: async (request) => {
        if (this.refuse) throw new ProblemError({ kind: 'over-budget', text: text(this.refuse) });
        this.starts.push(request);
        const session = this.starts.length;
        this.calls.push(`start ${session}`);
        // As the contract allows: the first event comes before the answer.
        reader.event({ kind: 'state', session, state: request.paused ? 'paused' : 'running' });
        return { session, placement: 'inline', pid: 1, parameters: request.parameters };
      },
      control: ({ session, action }) => note(`${action} ${session}`),
      pace: ({ session, paceMs }) => note(`pace ${session} ${paceMs}`),
      workbench: () => Promise.reject(new Error('no workbench')),
      addRegion: () => Promise.reject(new Error('no workbench')),
      renameRegion: () => Promise.reject(new Error('no workbench')),
      removeRegion: () => Promise.reject(new Error('no workbench')),
      act: () => Promise.reject(new Error('no workbench')),
      actOnProcess: () => Promise.reject(new Error('no workbench')),
      interrupt: () => Promise.reject(new Error('no workbench')),
      action: () => Promise.reject(new Error('no workbench')),
      inverse: () => Promise.reject(new Error('no workbench')),
      save: () => Promise.reject(new Error('no workbench')),
      report: () => Promise.reject(new Error('no report')),
      program: async () => 'int main(void) {}',
      close: ({ session }) => note(`close ${session}`),
      acknowledge: () => {},
      dispose: async () => {},
    });
  };
}
