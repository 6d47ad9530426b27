import { InvalidArgumentError, Option } from 'commander';
import type { ParameterValues } from '../../protocol/experiment.ts';

export const collectPath = (path: string, before: readonly string[]) => [...before, path];

export function collectSetting(setting: string, before: ParameterValues): ParameterValues {
  const equals = setting.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...before, [setting.slice(0, equals)]: setting.slice(equals + 1) };
}

export const atStep = () => new Option('--at <step>', 'the step that it is shown at').argParser(parseStep);

function parseStep(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A step is a whole number from 0.');
}

export function parsePid(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A process is named by its number, its pid.');
}

export function parseDuration(text: string): number {
  const [, number, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
  const ms = Number(number) * (unit === 'ms' ? 1 : unit === 'm' ? 60_000 : 1000);
  if (ms > 0 && ms <= 24 * 3_600_000) return ms;
  throw new InvalidArgumentError('Write it as 10s, 500ms or 2m; a day at most.');
}

export function parsePort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(port) && port <= 65535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
