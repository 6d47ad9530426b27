import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { Budget } from '../../lab/service/budget.ts';
import { createService } from '../../lab/service/service.ts';
import type { Claim, SessionEvent } from '../../protocol/events.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import type { Tool } from '../../protocol/page-call.ts';
import { contract } from '../../protocol/service.ts';
import { entryOf } from '../support/entries.ts';
import { type EveryMethod, everyMethod } from '../support/every-method.ts';
import { never } from '../support/harness.ts';

const walkPages = 512;
const walkActions = 40;
const tools: readonly Tool[] = [
  { kind: 'touch', access: 'write' },
  { kind: 'touch', access: 'read' },
  { kind: 'mlock' },
  { kind: 'mlock2', onFault: true },
  { kind: 'munlock' },
  { kind: 'madvise', advice: 'MADV_DONTNEED' },
  { kind: 'madvise', advice: 'MADV_DONTDUMP' },
  { kind: 'mprotect', protection: ['PROT_READ'] },
  { kind: 'mprotect', protection: ['PROT_READ', 'PROT_WRITE'] },
];

/** One engine that session after session is opened in, with a reader that keeps nothing. */
export class LongLivedLab implements AsyncDisposable {
  readonly #service: EveryMethod;
  readonly #told = new Map<number, (event: SessionEvent) => void>();
  readonly #target: ChildProcess;
  #random = 1;

  constructor() {
    const spawnIsolated = () => forkIsolated(entryOf('isolated-entry'));
    const host = { kind: 'cli', version: '0.0.0', budget: Budget.fromEnvironment(), spawnIsolated } as const;
    const service = createService(host, {
      event: (event) => this.#told.get(event.session)?.(event),
      frame: (bytes) => {
        const { session, region, sequence } = decodeFrame(bytes);
        service.acknowledge({ session, region, sequence });
      },
    });
    this.#service = everyMethod(service);
    this.#target = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  }

  /** The experiments that this machine can run. */
  async experiments(): Promise<string[]> {
    const all = await this.#service.experiments({}, never);
    return all.flatMap(({ id, available }) => (available ? [id] : []));
  }

  /** Runs an experiment to its end; what it claimed. Throws where it failed to run. */
  async run(experiment: string): Promise<Claim[]> {
    const claims: Claim[] = [];
    const { session } = await this.#service.start(contract.start.request.parse({ experiment, paused: true }), never);
    const ended = this.#until(session, (event) => {
      if (event.kind === 'claim') claims.push(event.claim);
      if (event.kind !== 'state') return false;
      if (event.state === 'failed') throw new Error(`${experiment}: ${event.problem?.text.en ?? 'it failed'}`);
      return event.state === 'completed';
    });
    await this.#service.control({ session, action: 'resume' }, never);
    await ended;
    await this.#close(session);
    return claims;
  }

  /** A workbench with a region that actions are made on at random; how long each took to be answered, in ms. */
  async walk(placement: 'inline' | 'isolated'): Promise<number[]> {
    const request = contract.workbench.request.parse({ placement });
    const { session } = await this.#service.workbench(request, never);
    const region = {
      backing: { kind: 'anonymous' },
      size: { pages: walkPages },
      protection: ['PROT_READ', 'PROT_WRITE'],
    };
    const added = await this.#service.addRegion(contract.addRegion.request.parse({ session, region }), never);
    const took: number[] = [];
    for (let action = 0; action < walkActions && added.region !== undefined; action++) {
      const tool = tools[this.#next(tools.length)];
      const first = this.#next(walkPages - 64);
      const pages = [first, 1 + this.#next(64)];
      const began = performance.now();
      await this.#service.act(contract.act.request.parse({ session, region: added.region, tool, pages }), never);
      took.push(performance.now() - began);
    }
    await this.#service.save({ session }, never);
    await this.#service.report({ session, language: 'en' }, never);
    await this.#close(session);
    return took;
  }

  /** Attaches to another process, and looks at it until it was told of. */
  async attach(): Promise<void> {
    const request = contract.attach.request.parse({ pid: this.#target.pid, sampleHz: 20 });
    const { session } = await this.#service.attach(request, never);
    // A look may have been told before the answer: the next one that asks smaps tells in any case.
    const told = this.#until(session, ({ kind }) => kind === 'sample' || kind === 'target');
    await this.#service.smaps({ session }, never);
    await told;
    await this.#close(session);
  }

  /** Resolves when no isolated process is on its way out any more. */
  async settle(children: () => number): Promise<void> {
    for (let wait = 0; wait < 100 && children() > 1; wait++) await setTimeout(50);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service.dispose();
    this.#target.kill('SIGKILL');
  }

  #until(session: number, is: (event: SessionEvent) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#told.set(session, (event) => {
        try {
          if (is(event)) resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  async #close(session: number): Promise<void> {
    this.#told.delete(session);
    await this.#service.close({ session }, never);
  }

  /** Below `most`, the same at every run: a linear congruence (Park and Miller). */
  #next(most: number): number {
    this.#random = (this.#random * 48_271) % 0x7fff_ffff;
    return this.#random % most;
  }
}
