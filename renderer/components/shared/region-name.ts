import type { RegionInfo } from '../../../protocol/events.ts';

/** What a region is called: by its user, else by its letter. */
export const nameOf = ({ name, label }: RegionInfo): string => name ?? label;
