import type { Result, ResultValue } from '../../../protocol/result.ts';
import type { Text } from '../../../protocol/text.ts';

/** How often each marker was found; null where its file was not made or not searched. */
export interface Found {
  readonly unprotected: number | null;
  readonly protected: number | null;
  readonly secret: number | null;
  /** Of the protected one, in the core file of `gcore -a`. */
  readonly gcoreAll: number | null;
  /** What made the core file, and that of `gcore -a`; undefined where that was not tried. */
  readonly coreStep: number | undefined;
  readonly gcoreAllStep: number | undefined;
  readonly keyStep: number;
}

export function secretPageResult(found: Found): Result {
  const bar = (label: Text, value: number | null) => ({ label, value });
  const times = (value: number | null, step: number | undefined): ResultValue => ({
    value,
    unit: 'occurrences',
    ...(step !== undefined && { step }),
  });
  return {
    text: {
      en: 'The core file holds the unprotected key {unprotected}, the one under MADV_DONTDUMP {protected}, the one in memfd_secret {secret}. gcore -a finds the one under MADV_DONTDUMP {gcoreAll}.',
      zh: 'core 文件中，未保护的密钥出现 {unprotected}，设了 MADV_DONTDUMP 的 {protected}，memfd_secret 中的 {secret}。gcore -a 找到设了 MADV_DONTDUMP 的 {gcoreAll}。',
    },
    values: {
      unprotected: times(found.unprotected, found.coreStep),
      protected: times(found.protected, found.coreStep),
      secret: times(found.secret, found.coreStep),
      gcoreAll: times(found.gcoreAll, found.gcoreAllStep),
    },
    figure: {
      kind: 'bars',
      title: { en: 'How often each key was found', zh: '每个密钥被找到的次数' },
      unit: 'plain',
      bars: [
        bar({ en: 'unprotected', zh: '未保护' }, found.unprotected),
        bar({ en: 'MADV_DONTDUMP', zh: 'MADV_DONTDUMP' }, found.protected),
        bar({ en: 'memfd_secret', zh: 'memfd_secret' }, found.secret),
        bar({ en: 'MADV_DONTDUMP, gcore -a', zh: 'MADV_DONTDUMP，gcore -a' }, found.gcoreAll),
      ],
    },
    keyStep: found.keyStep,
  };
}
