import { setTimeout } from 'node:timers/promises';
import type { TargetMapping, WatchedAnswer } from '../../protocol/process-look.ts';
import { mostMappingsTold, type TargetTold } from '../../protocol/target.ts';
import { Slices } from '../base/slices.ts';
import type { KeptLook } from '../processes/look-at-process.ts';

/** A look of which a second's rest does not stand in the way is not behind. */
const soonMs = 1000;

/** What the reader was told of the target's mappings, and what is to be told after another look. */
export class ToldTarget {
  #mappings = new Map<string, TargetMapping>();
  #begun = false;
  #said = '';
  /** When it was learnt which are locked, and VmLck then. */
  #locks: { readonly readNs: number; readonly vmLckBytes: number | null } | undefined;

  /** What was told of the mapping that begins there. */
  mapping(start: number): TargetMapping | undefined {
    return this.#mappings.get(`0x${start.toString(16)}`);
  }

  /** Tells what changed, in pieces; nothing where nothing did. */
  async tell(look: KeptLook, answer: WatchedAnswer, takenNs: number, tell: (told: TargetTold) => void): Promise<void> {
    const vmLckBytes = look.process.vmLckBytes;
    if (look.locksKnown) this.#locks = { readNs: takenNs, vmLckBytes };
    const about = {
      process: look.process,
      reasons: look.reasons,
      warnings: answer.warnings,
      behind: answer.behind && answer.nextMs > soonMs,
      smapsPriceNs: look.cost.smapsPriceNs,
      smaps: this.#locks ? { readNs: this.#locks.readNs, stale: this.#locks.vmLckBytes !== vmLckBytes } : null,
    };
    const changed = look.mappings === null ? null : await this.#changed(look.mappings);
    const said = JSON.stringify({ ...about, smaps: about.smaps?.stale, smapsPriceNs: 0 });
    const nothing = changed === null || (changed.mappings.length === 0 && changed.gone.length === 0);
    if (this.#begun && nothing && said === this.#said) return;
    this.#said = said;
    const common = { ...about, takenNs, total: answer.total };
    if (changed === null) {
      tell({ ...common, whole: !this.#begun, mappings: null, gone: [], more: false });
    } else {
      const { mappings, gone } = changed;
      const pieces = Math.max(1, Math.ceil(Math.max(mappings.length, gone.length) / mostMappingsTold));
      for (let piece = 0; piece < pieces; piece++) {
        const [from, to] = [piece * mostMappingsTold, (piece + 1) * mostMappingsTold];
        const whole = !this.#begun && piece === 0;
        const more = piece + 1 < pieces;
        tell({ ...common, whole, mappings: mappings.slice(from, to), gone: gone.slice(from, to), more });
        // Several that arrive at once would be one piece again.
        if (more) await setTimeout(1);
      }
    }
    this.#begun = true;
  }

  /** What smaps said before stays, with its instant, where this look did not read it. */
  async #changed(found: readonly TargetMapping[]): Promise<{ mappings: TargetMapping[]; gone: string[] }> {
    const slices = new Slices();
    const now = new Map<string, TargetMapping>();
    const mappings: TargetMapping[] = [];
    for (const each of found) {
      const before = this.#mappings.get(each.start);
      const mapping = before ? withSmaps(each, before) : each;
      now.set(mapping.start, mapping);
      if (!before || !isEqual(before, mapping)) mappings.push(mapping);
      if (slices.over) await slices.next();
    }
    const gone = [...this.#mappings.keys()].filter((start) => !now.has(start));
    this.#mappings = now;
    return { mappings, gone };
  }
}

function withSmaps(mapping: TargetMapping, before: TargetMapping): TargetMapping {
  if (before.end !== mapping.end || before.kind !== mapping.kind || before.name !== mapping.name) return mapping;
  const locked = mapping.locked ?? before.locked;
  return {
    ...mapping,
    locked,
    lockedPages: locked === null ? null : locked === 'no' ? 0 : mapping.residentPages,
    pssBytes: mapping.pssBytes ?? before.pssBytes,
    dirtyBytes: mapping.dirtyBytes ?? before.dirtyBytes,
  };
}

function isEqual(one: TargetMapping, other: TargetMapping): boolean {
  for (const key of Object.keys(other) as (keyof TargetMapping)[]) if (one[key] !== other[key]) return false;
  return true;
}
