import type { ByteLimit } from '../../../protocol/byte-limit.ts';
import { useWords } from '../../context/context.ts';

/** A limit in words: a size, or “unlimited”. */
export function useLimitWords() {
  const { t, format } = useWords();
  return {
    bytes: (limit: ByteLimit) => (limit === 'unlimited' ? t('limits.unlimited') : format.bytes(limit)),
    number: (limit: ByteLimit) => (limit === 'unlimited' ? t('limits.unlimited') : format.number(limit)),
  };
}
