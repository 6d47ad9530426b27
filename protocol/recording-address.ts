/** What stands in an address beside parameters; no parameter has such a name. */
export const stepKey = '@step';

/** `#/recordings`: the list; `#/recordings/NAME`: that one, opened; `#/recordings/A/B`: two, compared. */
export const addressOfRecordings = (...names: string[]): string =>
  ['#/recordings', ...names.map(encodeURIComponent)].join('/');

/**
 * The recording in a file, opened.
 *
 * @param file its absolute path
 * @param step that the playhead is put on, as reports number them: from 0
 */
export const addressOfFile = (file: string, step?: number): string =>
  `${addressOfRecordings(file)}${step === undefined ? '' : `?${stepKey}=${step + 1}`}`;

/** The file that such an address is about; undefined for any other, and for two that are compared. */
export function fileOfAddress(hash: string): string | undefined {
  const name = /^#\/recordings\/([^/?]+)(?:\?.*)?$/.exec(hash)?.[1];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
