import { cString } from '../../base/c-text.ts';
import type { Setting } from './settings.ts';

/** The C line that runs the program again with a setting, to measure it. */
export function settingLine({ variable, value }: Setting, threads: number, milliseconds: number): string {
  const setting = value === '' ? '' : `${variable}=${value}`;
  return `run_setting(${cString(setting)}, ${threads}, ${milliseconds});`;
}
