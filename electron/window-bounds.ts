import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** The smallest window in which every part can be used, and the one that a person sees first; in CSS pixels. */
export const smallest = { width: 900, height: 600 } as const;
export const first = { width: 1400, height: 900 } as const;

const boundsSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(smallest.width).max(32_768),
  height: z.int().min(smallest.height).max(32_768),
  maximized: z.boolean(),
});
export type WindowBounds = z.infer<typeof boundsSchema>;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** As much of the title bar must be on a display that a pointer can take hold of it. */
const graspable = { width: 100, height: 30 } as const;

const isGraspable = (bounds: WindowBounds, { x, y, width, height }: Area): boolean =>
  bounds.x + bounds.width - graspable.width >= x &&
  bounds.x + graspable.width <= x + width &&
  bounds.y >= y &&
  bounds.y + graspable.height <= y + height;

/**
 * Where the window was when it was closed last. Undefined when nothing usable is remembered: no file, a damaged one, or
 * a place on a display that is no longer there.
 */
export function rememberedBounds(file: string, displays: readonly Area[]): WindowBounds | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const parsed = boundsSchema.safeParse(parse(text));
  return parsed.success && displays.some((area) => isGraspable(parsed.data, area)) ? parsed.data : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Remembers them. A full disk must not keep a window from closing. */
export function rememberBounds(file: string, bounds: WindowBounds): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(bounds));
  } catch {
    // The window opens where it does the first time.
  }
}
