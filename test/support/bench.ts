import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import type { Budget } from '../../lab/service/budget.ts';
import type { RegionInfo, Step } from '../../protocol/events.ts';
import type { Placement } from '../../protocol/experiment.ts';
import type { RegionRequest } from '../../protocol/mapping.ts';
import type { Tool } from '../../protocol/page-call.ts';
import { contract, type Request, type Response, type Started } from '../../protocol/service.ts';
import type { ProcessTool } from '../../protocol/workbench.ts';
import { entryOf } from './entries.ts';
import { never, TestLab } from './harness.ts';

const entry = entryOf('isolated-entry');

/** A workbench as its user has it; dispose of it to close the engine. */
export class Bench implements AsyncDisposable {
  readonly lab: TestLab;
  readonly started: Started;

  private constructor(lab: TestLab, started: Started) {
    this.lab = lab;
    this.started = started;
  }

  static async open(
    placement: Placement = 'inline',
    more: Partial<Request<'workbench'>> = {},
    budget?: Budget,
  ): Promise<Bench> {
    const lab = new TestLab(() => forkIsolated(entry), budget);
    const request = contract.workbench.request.parse({ placement, ...more });
    return new Bench(lab, await lab.service.workbench(request, never));
  }

  get session(): number {
    return this.started.session;
  }

  /** Adds a region that may be read and written. Without a number the kernel refused. */
  async add(region: Partial<RegionRequest> & Pick<RegionRequest, 'backing'>): Promise<number | undefined> {
    const request = { session: this.session, region: { protection: ['PROT_READ', 'PROT_WRITE'], ...region } };
    return (await this.lab.service.addRegion(contract.addRegion.request.parse(request), never)).region;
  }

  async anonymous(pages: number): Promise<number> {
    const region = await this.add({ backing: { kind: 'anonymous' }, size: { pages } });
    if (region === undefined) throw new Error('The kernel refused anonymous memory.');
    return region;
  }

  /** Acts on pages; the step that tells of it. */
  async act(region: number, tool: Tool, pages: readonly number[]): Promise<Step> {
    const request = contract.act.request.parse({ session: this.session, region, tool, pages });
    return this.step((await this.lab.service.act(request, never)).step);
  }

  async onProcess(tool: ProcessTool): Promise<Step> {
    return this.step((await this.lab.service.actOnProcess({ session: this.session, tool }, never)).step);
  }

  remove(region: number): Promise<void> {
    return this.lab.service.removeRegion({ session: this.session, region }, never);
  }

  save(): Promise<Response<'save'>> {
    return this.lab.service.save({ session: this.session }, never);
  }

  step(index: number): Step {
    // The newest first: there are many, and mostly the last is asked for.
    const told = this.lab.reader.events.findLast((event) => event.kind === 'step' && event.step.index === index);
    if (told?.kind !== 'step') throw new Error(`There was no step ${index}.`);
    return told.step;
  }

  region(id: number): RegionInfo {
    const region = this.lab.reader.of('region').findLast(({ region }) => region.id === id)?.region;
    if (!region) throw new Error(`There was no region ${id}.`);
    return region;
  }

  /** The byte of each page as it was shown last. */
  flags(id: number): Uint8Array {
    return this.lab.reader.states.get(id)?.flags ?? new Uint8Array(0);
  }

  /** Waits until the pages are shown like this: frames come a little after the answer, from a process of its own. */
  async shows(id: number, wanted: (flags: Uint8Array) => boolean): Promise<void> {
    await this.lab.reader.until(() => wanted(this.flags(id)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.service.dispose();
  }
}
