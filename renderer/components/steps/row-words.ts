import type { Step } from '../../../protocol/events.ts';

/** What is written in another process’s name here is a write: the call in full stands where the row is chosen. */
const short: Readonly<Record<string, string>> = { process_vm_writev: 'write', process_vm_readv: 'read' };

/** Arguments that tell one call from another: an advice, flags. Their common beginnings are left out. */
const telling = /^(MADV|MLOCK|MCL|PR|RLIMIT)_/;

/** A call in the words of a row: its name with what it was told, and the pages that it was on. */
export function callWords(step: Step, of: string | undefined): { readonly call: string; readonly on: string } {
  const { call, arguments: given, range, calls } = step;
  const told = Object.values(given)
    .map(String)
    .filter((value) => telling.test(value))
    .map((value) => value.replace(/(MADV|MLOCK|MCL|PR|RLIMIT)_/g, ''));
  return {
    call: [short[call] ?? call, ...told].join(' '),
    on: [of, range && pagesOf(range), calls && calls.made > 1 ? `×${calls.made}` : undefined]
      .filter((word) => word !== undefined)
      .join(' '),
  };
}

function pagesOf({ firstPage, pageCount }: NonNullable<Step['range']>): string {
  return pageCount === 1 ? `${firstPage}` : `${firstPage}–${firstPage + pageCount - 1}`;
}

/** What a row says of the answer: the errno, else the faults that it took, else what was returned. */
export function answerOf({
  errno,
  returned,
  minorFaults = 0,
  majorFaults = 0,
}: Step): { readonly text: string } | { readonly faults: number } {
  if (errno !== null) return { text: errno };
  if (minorFaults + majorFaults > 0) return { faults: minorFaults + majorFaults };
  const text = String(returned ?? '');
  // Of an address its end tells it from others.
  return { text: /^0x[\da-f]{7,}$/.test(text) ? `…${text.slice(-6)}` : text };
}
