import { resolve } from 'node:path';
import type { Language } from '../../protocol/language.ts';
import { type Asked, checkedAddress } from '../recording-address.ts';
import { desktop } from './desktop.ts';

/** `pagescope open`: the app with a recording in it. What is wrong with the file is said here, without a window. */
export function open(asked: Asked, language: Language): Promise<number> {
  checkedAddress(asked, language);
  const { file, at } = asked;
  return desktop([resolve(file), ...(at === undefined ? [] : [`--at=${at}`])]);
}
