import type { SessionEvent } from '../../protocol/events.ts';
import type { ExperimentDescriptor } from '../../protocol/experiment.ts';
import { ProblemError } from '../../protocol/problem.ts';
import type { HostInfo, ListedRecording, Reader, Received, Service } from '../../protocol/service.ts';
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
  recorded: ListedRecording[] = [];
  /** Whether a recording that is opened tells at once how its session ended. */
  tellsEnd = true;
  /** What a recording tells of its pages when it is opened. */
  film: Omit<Extract<SessionEvent, { kind: 'film' }>, 'kind' | 'session'> | undefined;

  make = (reader: Reader): Service => {
    this.reader = reader;
    const note = async (call: string) => void this.calls.push(call);
    return serviceOf({
      host: async () => host,
      pagesAt: async ({ tNs }) => note(`pagesAt ${tNs}`),
      otherPages: async () => [],
      limits: () => Promise.reject(new Error('no limits')),
      processes: () => Promise.reject(new Error('no processes')),
      process: () => Promise.reject(new Error('no process')),
      processPages: () => Promise.reject(new Error('no process')),
      lookAtFiles: () => Promise.reject(new Error('no files')),
      filesProgress: () => Promise.reject(new Error('no files')),
      stopFiles: () => Promise.reject(new Error('no files')),
      filesMap: () => Promise.reject(new Error('no files')),
      filesTable: () => Promise.reject(new Error('no files')),
      filePages: () => Promise.reject(new Error('no files')),
      filePath: () => Promise.reject(new Error('no files')),
      actOnFolder: () => Promise.reject(new Error('no files')),
      fileWork: () => Promise.reject(new Error('no files')),
      actOnFile: () => Promise.reject(new Error('no files')),
      fileSet: () => Promise.reject(new Error('no files')),
      restoreFileSet: () => Promise.reject(new Error('no files')),
      folderPaths: () => Promise.reject(new Error('no files')),
      holdFiles: () => Promise.reject(new Error('no files')),
      lockedPages: () => Promise.reject(new Error('no files')),
      fileLocks: () => Promise.reject(new Error('no files')),
      unlockFile: () => Promise.reject(new Error('no files')),
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
      attach: () => Promise.reject(new Error('no process')),
      openMapping: () => Promise.reject(new Error('no process')),
      closeMapping: () => Promise.reject(new Error('no process')),
      smaps: () => Promise.reject(new Error('no process')),
      shown: () => Promise.reject(new Error('no process')),
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
      export: () => Promise.reject(new Error('no report')),
      recordings: async () => ({ listed: this.recorded, mostBytes: 1 << 30, mostBytesOfOne: 1 << 28, fixed: false }),
      thumbnail: async ({ file }) => {
        this.calls.push(`thumbnail ${file}`);
        return { columns: 1, rows: 1, cells: '1' };
      },
      upload: async ({ upload = 1, bytes }) => {
        this.calls.push(`upload ${upload} ${atob(bytes).length}`);
        return { upload, file: `/tmp/upload/${upload}` };
      },
      keepRecording: async ({ file, kept }) => {
        this.calls.push(`${kept ? 'keep' : 'unpin'} ${file}`);
        const other = kept ? file.replace(/([^/]+)$/, 'kept/$1') : file.replace('/kept/', '/');
        this.recorded = this.recorded.map((each) => (each.file === file ? { ...each, file: other, kept } : each));
      },
      deleteRecording: async ({ file }) => {
        this.calls.push(`delete ${file}`);
        this.recorded = this.recorded.filter((each) => each.file !== file);
      },
      limitRecordings: async ({ mostBytes, deletes }) => {
        this.calls.push(`limit ${mostBytes}${deletes ? ', deletes' : ''}`);
        return this.recorded.length > 0 && !deletes ? { over: { count: this.recorded.length, bytes: 5000 } } : {};
      },
      reopen: async ({ file }) => {
        this.calls.push(`reopen ${file}`);
        if (this.refuse) throw new ProblemError({ kind: 'bad-input', text: text(this.refuse) });
        const session = 100 + this.calls.length;
        if (this.tellsEnd) reader.event({ kind: 'state', session, state: 'completed' });
        if (this.film) reader.event({ kind: 'film', session, ...this.film });
        const { id, title } = fakeExperiment;
        const experiment = { id, title, parameters: { pages: 8 } };
        const { environment, version } = host;
        return {
          session,
          version,
          createdAt: '2026-01-01T00:00:00Z',
          experiment,
          placement: 'inline',
          pid: 9,
          environment,
        };
      },
      compare: async ({ a, b }) => {
        this.calls.push(`compare ${a} ${b}`);
        return { sentence: 'Nothing differs.', same: true, pages: [], measurements: [], claims: [], environment: [] };
      },
      program: async () => 'int main(void) {}',
      close: ({ session }) => note(`close ${session}`),
      acknowledge: () => {},
      dispose: async () => {},
    });
  };
}
