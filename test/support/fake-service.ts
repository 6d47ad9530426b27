import { ProblemError } from '../../protocol/problem.ts';
import type { Acknowledgement, Reader, Service } from '../../protocol/service.ts';
import { serviceOf } from './every-method.ts';

/** A service with no engine behind it, for tests of what stands between reader and engine. Keeps what it was asked. */
export class FakeService {
  readonly calls: { method: string; request: unknown; signal: AbortSignal }[] = [];
  readonly acknowledgements: Acknowledgement[] = [];
  readonly readers: Reader[] = [];
  disposals = 0;
  #onDispose: (() => void)[] = [];

  /** Resolves when one more service was disposed of. */
  disposed(): Promise<void> {
    return new Promise((resolve) => this.#onDispose.push(resolve));
  }

  /**
   * Pass it where a `makeService` is wanted. `program` answers `program <session>`; `report` never answers by itself.
   */
  make = (reader: Reader): Service => {
    this.readers.push(reader);
    const note = (method: string, request: unknown, signal: AbortSignal) =>
      this.calls.push({ method, request, signal });
    const refuse = (method: string) => async (request: unknown, signal: AbortSignal) => {
      note(method, request, signal);
      throw new ProblemError({ kind: 'gone', text: { en: `no ${method} here`, zh: `没有 ${method}` } });
    };
    return serviceOf({
      host: refuse('host'),
      limits: refuse('limits'),
      processes: refuse('processes'),
      process: refuse('process'),
      processPages: refuse('processPages'),
      lookAtFiles: refuse('lookAtFiles'),
      filesProgress: refuse('filesProgress'),
      stopFiles: refuse('stopFiles'),
      filesMap: refuse('filesMap'),
      filesTable: refuse('filesTable'),
      filePages: refuse('filePages'),
      filePath: refuse('filePath'),
      actOnFile: refuse('actOnFile'),
      actOnFolder: refuse('actOnFolder'),
      fileWork: refuse('fileWork'),
      fileSet: refuse('fileSet'),
      restoreFileSet: refuse('restoreFileSet'),
      folderPaths: refuse('folderPaths'),
      holdFiles: refuse('holdFiles'),
      lockedPages: refuse('lockedPages'),
      fileLocks: refuse('fileLocks'),
      unlockFile: refuse('unlockFile'),
      experiments: async (request, signal) => {
        note('experiments', request, signal);
        return [];
      },
      start: refuse('start'),
      control: async (request, signal) => {
        note('control', request, signal);
      },
      pace: async (request, signal) => {
        note('pace', request, signal);
      },
      workbench: refuse('workbench'),
      attach: refuse('attach'),
      openMapping: refuse('openMapping'),
      closeMapping: refuse('closeMapping'),
      smaps: refuse('smaps'),
      shown: refuse('shown'),
      recordings: refuse('recordings'),
      thumbnail: refuse('thumbnail'),
      upload: refuse('upload'),
      keepRecording: refuse('keepRecording'),
      deleteRecording: refuse('deleteRecording'),
      limitRecordings: refuse('limitRecordings'),
      compare: refuse('compare'),
      reopen: refuse('reopen'),
      export: refuse('export'),
      addRegion: refuse('addRegion'),
      renameRegion: refuse('renameRegion'),
      removeRegion: refuse('removeRegion'),
      act: refuse('act'),
      actOnProcess: refuse('actOnProcess'),
      interrupt: refuse('interrupt'),
      action: refuse('action'),
      inverse: refuse('inverse'),
      save: refuse('save'),
      pagesAt: refuse('pagesAt'),
      otherPages: refuse('otherPages'),
      report: (request, signal) => {
        note('report', request, signal);
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      },
      program: async (request, signal) => {
        note('program', request, signal);
        return `program ${request.session}`;
      },
      close: refuse('close'),
      acknowledge: (acknowledgement) => void this.acknowledgements.push(acknowledgement),
      dispose: async () => {
        this.disposals++;
        const waiting = this.#onDispose;
        this.#onDispose = [];
        for (const resolve of waiting) resolve();
      },
    });
  };
}
