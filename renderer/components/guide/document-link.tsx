import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { addressOfGuide } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';

/** A link of a document: to another chapter or program, within the guide; to anywhere else, in a window of its own. */
export function DocumentLink({ target, children }: { target: string; children: ReactNode }) {
  const { t } = useWords();
  const address = addressOfTarget(target);
  if (address !== undefined) return <a href={address}>{children}</a>;
  if (!/^https:/.test(target)) return children;
  return (
    <a href={target} target="_blank" rel="noreferrer noopener" title={t('guide.external')}>
      {children}
      <IconExternalLink size={13} aria-label={t('guide.external')} />
    </a>
  );
}

/** `why-did-mlock-fail.md#misunderstandings`, `../programs/lock-rules.c`: where it is in the guide. */
function addressOfTarget(target: string): string | undefined {
  const [, program] = /^\.\.\/programs\/([\w-]+\.c)$/.exec(target) ?? [];
  if (program !== undefined) return addressOfGuide(program);
  const [, chapter, heading] = /^([\w-]+)\.md(?:#(.+))?$/.exec(target) ?? [];
  return chapter === undefined ? undefined : addressOfGuide(chapter, heading);
}
