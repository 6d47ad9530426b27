import type { Result } from '../../../protocol/result.ts';
import type { Text } from '../../../protocol/text.ts';

/** How often each marker was found; null where its file was not made or not searched. */
export interface Found {
  readonly unprotected: number | null;
  readonly protected: number | null;
  readonly secret: number | null;
  /** Of the protected one, in the core file of `gcore -a`. */
  readonly gcoreAll: number | null;
  readonly keyStep: number;
}

export function secretPageResult(found: Found): Result {
  const bar = (label: Text, value: number | null, tone: 'resident' | 'locked' | 'huge' | 'refused') => ({
    label,
    value,
    tone,
  });
  return {
    text: {
      en: 'The core file holds the unprotected key {unprotected} times, the one under MADV_DONTDUMP {protected} times, the one in memfd_secret {secret} times. gcore -a finds the one under MADV_DONTDUMP {gcoreAll} times.',
      zh: 'core 文件中，未保护的密钥出现 {unprotected} 次，设了 MADV_DONTDUMP 的 {protected} 次，memfd_secret 中的 {secret} 次。gcore -a 找到设了 MADV_DONTDUMP 的 {gcoreAll} 次。',
    },
    values: {
      unprotected: { value: found.unprotected, unit: 'plain' },
      protected: { value: found.protected, unit: 'plain' },
      secret: { value: found.secret, unit: 'plain' },
      gcoreAll: { value: found.gcoreAll, unit: 'plain' },
    },
    figure: {
      kind: 'bars',
      title: { en: 'How often each key was found', zh: '每个密钥被找到的次数' },
      unit: 'plain',
      bars: [
        bar({ en: 'unprotected', zh: '未保护' }, found.unprotected, 'refused'),
        bar({ en: 'MADV_DONTDUMP', zh: 'MADV_DONTDUMP' }, found.protected, 'locked'),
        bar({ en: 'memfd_secret', zh: 'memfd_secret' }, found.secret, 'huge'),
        bar({ en: 'MADV_DONTDUMP, gcore -a', zh: 'MADV_DONTDUMP，gcore -a' }, found.gcoreAll, 'refused'),
      ],
    },
    keyStep: found.keyStep,
  };
}
