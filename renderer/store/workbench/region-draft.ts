import { type Backing, maxRegionPages, type ProtectionName, type RegionRequest } from '../../../protocol/mapping.ts';
import { parseSize } from '../../../protocol/size.ts';

/** The form for a region, as typed. */
export interface RegionDraft {
  readonly name: string;
  readonly backing: Backing['kind'];
  /** Of a file. */
  readonly path: string;
  readonly sharing: 'shared' | 'private';
  /** `64` is pages, `256 KiB` is bytes; of a file, nothing is all of it. */
  readonly size: string;
  readonly protection: Protection;
  readonly hugePages: RegionRequest['hugePages'];
  readonly populate: boolean;
  readonly locked: boolean;
}

export const backings = [
  'anonymous',
  'shared',
  'memfd',
  'secret',
  'hugetlb',
  'file',
] as const satisfies readonly Backing['kind'][];

/** The rights that can be asked for, by what a person calls them. */
export const protections = {
  'read-write': ['PROT_READ', 'PROT_WRITE'],
  read: ['PROT_READ'],
  write: ['PROT_WRITE'],
  none: [],
} as const satisfies Record<string, readonly ProtectionName[]>;
export type Protection = keyof typeof protections;
export const protectionNames = ['read-write', 'read', 'write', 'none'] as const satisfies readonly Protection[];

/** 64 pages: all of them can be seen and pointed at. */
export const newRegionDraft: RegionDraft = {
  name: '',
  backing: 'anonymous',
  path: '',
  sharing: 'private',
  size: '64',
  protection: 'read-write',
  hugePages: 'never',
  populate: false,
  locked: false,
};

/** What is wrong with a field; the words are in the texts of the window. */
export type DraftProblem =
  | { readonly field: 'size'; readonly kind: 'sizeEmpty' | 'sizeNotASize' | 'sizeZero' | 'sizeTooLarge' }
  | { readonly field: 'path'; readonly kind: 'pathEmpty' | 'pathRelative' }
  | { readonly field: 'name'; readonly kind: 'nameTooLong' };

/** The bytes or pages that a size means. */
export function draftSize(text: string): NonNullable<RegionRequest['size']> | DraftProblem['kind'] | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  if (/^[0.]+\s*[a-z]*$/i.test(typed)) return 'sizeZero';
  if (/^\d+$/.test(typed)) return { pages: Number(typed) };
  const bytes = parseSize(typed);
  return bytes === undefined ? 'sizeNotASize' : { bytes };
}

/** How many pages a size takes; the last one may be used in part. */
export const pagesIn = (size: NonNullable<RegionRequest['size']>, pageSize: number): number =>
  'pages' in size ? size.pages : Math.ceil(size.bytes / pageSize);

/** The request that a draft means, or everything that is wrong with it. */
export function regionRequest(
  draft: RegionDraft,
  pageSize: number,
): { readonly request: RegionRequest } | { readonly problems: readonly DraftProblem[] } {
  const problems: DraftProblem[] = [];
  const size = draftSize(draft.size);
  const ofFile = draft.backing === 'file';
  if (typeof size === 'string') problems.push({ field: 'size', kind: sizeKind(size) });
  else if (size === undefined && !ofFile) problems.push({ field: 'size', kind: 'sizeEmpty' });
  else if (size && pagesIn(size, pageSize) > maxRegionPages) problems.push({ field: 'size', kind: 'sizeTooLarge' });
  const path = draft.path.trim();
  if (ofFile && path === '') problems.push({ field: 'path', kind: 'pathEmpty' });
  else if (ofFile && !path.startsWith('/')) problems.push({ field: 'path', kind: 'pathRelative' });
  const name = draft.name.trim();
  if (name.length > 40) problems.push({ field: 'name', kind: 'nameTooLong' });
  if (problems.length > 0 || typeof size === 'string') return { problems };
  const backing: Backing =
    draft.backing === 'file' ? { kind: 'file', path, sharing: draft.sharing } : { kind: draft.backing };
  const { hugePages, populate, locked } = draft;
  return {
    request: {
      ...(name !== '' && { name }),
      backing,
      ...(size && { size }),
      protection: [...protections[draft.protection]],
      hugePages,
      populate,
      locked,
    },
  };
}

const sizeKind = (kind: DraftProblem['kind']) => (kind === 'sizeZero' ? kind : 'sizeNotASize');
