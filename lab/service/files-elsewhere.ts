import type { FilesMethod } from '../../protocol/files.ts';
import { problem } from '../../protocol/problem.ts';
import { type Client, connect } from '../../protocol/rpc.ts';
import type { Received, Request, Response } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import type { Files } from '../files/files.ts';
import type { IsolatedProcess } from '../isolation/isolated-process.ts';
import type { Host } from './host.ts';

/** How long a stop is waited for: a process that waits for a disk hears of nothing. */
const stopMs = 1000;

/**
 * What a reader asks about files, answered beside the host: one process looks, which may have to wait for a disk, and
 * another holds what is locked, so that to end the one unlocks nothing. Where the host can start no process, it answers
 * itself. Dispose of it to end both.
 */
export class FilesElsewhere implements Disposable {
  #inline: Promise<Files> | undefined;
  readonly #looking: OtherProcess | undefined;
  readonly #holding: OtherProcess | undefined;

  constructor(host: Pick<Host, 'kind' | 'spawnIsolated'>) {
    const { spawnIsolated } = host;
    if (host.kind === 'isolated' || !spawnIsolated) return;
    this.#looking = new OtherProcess(spawnIsolated);
    this.#holding = new OtherProcess(spawnIsolated);
  }

  async answer<M extends FilesMethod>(method: M, request: Received<M>, signal: AbortSignal): Promise<Response<M>> {
    const [looking, holding] = [this.#looking, this.#holding];
    if (!looking || !holding) {
      const files = await this.#own();
      return (files[method] as (request: Received<M>, signal: AbortSignal) => Promise<Response<M>>)(request, signal);
    }
    if (method === 'holdFiles' || method === 'lockedPages' || method === 'unlockFile')
      return holding.ask(method, request, signal);
    if (method === 'fileLocks') return holding.started ? holding.ask(method, request, signal) : (none as Response<M>);
    if (method === 'stopFiles') return (await looking.askOrEnd('stopFiles', request as Received<'stopFiles'>)) as never;
    if (method === 'filePages') {
      return (await this.#pages(looking, holding, request as Received<'filePages'>, signal)) as Response<M>;
    }
    if (method === 'actOnFolder' && 'act' in request && request.act === 'lock') {
      return (await this.#lockFolder(looking, holding, request as Received<'actOnFolder'>, signal)) as Response<M>;
    }
    if (method === 'actOnFile' && 'act' in request && request.act === 'lock') {
      return (await this.#lock(looking, holding, request as Received<'actOnFile'>, signal)) as Response<M>;
    }
    return looking.ask(method, request, signal);
  }

  /** One process knows which pages are cached, and the other which are locked. */
  async #pages(
    looking: OtherProcess,
    holding: OtherProcess,
    request: Received<'filePages'>,
    signal: AbortSignal,
  ): Promise<Response<'filePages'>> {
    const pages = await looking.ask('filePages', request, signal);
    if (!holding.started) return pages;
    const path = await looking.ask('filePath', { look: request.look, file: request.file }, signal);
    return { ...pages, ...(await holding.ask('lockedPages', path, signal)) };
  }

  async #lock(
    looking: OtherProcess,
    holding: OtherProcess,
    { look, file, range }: Received<'actOnFile'>,
    signal: AbortSignal,
  ): Promise<Response<'actOnFile'>> {
    const path = await looking.ask('filePath', { look, file }, signal);
    const one = { look, file, cells: 1, since: 0 };
    const { row: before } = await looking.ask('filePages', one, signal);
    const startedMs = performance.now();
    const { locks } = await holding.ask('holdFiles', { files: [path], name: before.name, range }, signal);
    const tookNs = (performance.now() - startedMs) * 1e6;
    const { row } = await looking.ask('filePages', one, signal);
    const refused = locks.at(-1)?.refused;
    return { row, cachedPagesBefore: before.cachedPages, tookNs, ...(refused && { refused }) };
  }

  /** Of the first that is refused the reason is told; those after it are not tried. */
  async #lockFolder(
    looking: OtherProcess,
    holding: OtherProcess,
    { look, folder }: Received<'actOnFolder'>,
    signal: AbortSignal,
  ): Promise<Response<'actOnFolder'>> {
    const asked = await looking.ask('folderPaths', { look, folder }, signal);
    const before = await looking.ask('actOnFolder', { look, folder, act: 'look' }, signal);
    const startedMs = performance.now();
    const { locks } = await holding.ask('holdFiles', asked, signal);
    const tookNs = (performance.now() - startedMs) * 1e6;
    const after = await looking.ask('actOnFolder', { look, folder, act: 'look' }, signal);
    const { refused, files = 0 } = locks.at(-1) ?? {};
    const { cachedBytesBefore } = before;
    const left = refused && {
      refusedFiles: asked.files.length - files,
      refused: [{ name: asked.name, reason: refused }],
    };
    return { ...after, cachedBytesBefore, tookNs, ...left };
  }

  async #own(): Promise<Files> {
    this.#inline ??= import('../files/files.ts').then(({ Files }) => new Files());
    return this.#inline;
  }

  [Symbol.dispose](): void {
    this.#looking?.end();
    this.#holding?.end();
    void this.#inline?.then((files) => files[Symbol.dispose]());
  }
}

const none = { pid: null, vmLckBytes: null, locks: [] };

interface Started {
  readonly child: IsolatedProcess;
  readonly client: Client;
}

/** A process that answers what it is asked, started when it is asked first, and again when it ended. */
class OtherProcess {
  readonly #spawn: NonNullable<Host['spawnIsolated']>;
  #started: Promise<Started> | undefined;
  /** Why its last process is no more. */
  #why: Text = { en: 'its process ended', zh: '其进程已结束' };
  #ended = false;

  constructor(spawn: NonNullable<Host['spawnIsolated']>) {
    this.#spawn = spawn;
  }

  get started(): boolean {
    return this.#started !== undefined;
  }

  async ask<M extends FilesMethod>(method: M, request: Received<M>, signal?: AbortSignal): Promise<Response<M>> {
    if (this.#ended) throw problem('gone', 'This engine has been closed; connect again.', '引擎已关闭，请重新连接。');
    this.#started ??= this.#start();
    const started = this.#started;
    const { client } = await started.catch((error: unknown) => {
      if (this.#started === started) this.#started = undefined;
      throw error;
    });
    try {
      return await client.call(method, request as Request<M>, signal);
    } catch (error) {
      if (this.#started === started || signal?.aborted) throw error;
      const { en, zh } = this.#why;
      throw problem(
        'gone',
        `Nothing more is known of these files: ${en}. Look again.`,
        `无法再得知这些文件的情况：${zh}。请重新查看。`,
      );
    }
  }

  /** Asks it to stop, and ends it where it does not answer. */
  async askOrEnd(method: 'stopFiles', request: Received<'stopFiles'>): Promise<void> {
    if (!this.#started) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), stopMs);
    });
    const answer = await Promise.race([this.ask(method, request), late]);
    clearTimeout(timer);
    if (answer !== 'late') return;
    this.#why = {
      en: 'the file system did not answer, so the process that waited for it was ended',
      zh: '文件系统没有响应，等待它的进程已被结束',
    };
    await this.#kill();
  }

  end(): void {
    this.#ended = true;
    void this.#kill();
  }

  async #start(): Promise<Started> {
    const child = await this.#spawn();
    const client = connect(child.wire, { event: () => {}, frame: () => {} });
    const started = { child, client };
    void child.exited.then(() => {
      // Another may have been started since.
      void this.#started?.then((now) => {
        if (now === started) this.#started = undefined;
      });
    });
    if (this.#ended) child.kill();
    return started;
  }

  async #kill(): Promise<void> {
    const started = this.#started;
    this.#started = undefined;
    (await started?.catch(() => undefined))?.child.kill();
  }
}
