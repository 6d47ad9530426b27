import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useActions, useWords } from '../../context/context.ts';
import { percent } from './files-table.tsx';

const askEveryMs = 300;

/** What is being done with files, how far it is, and a way to stop it. */
export function Busy({ text, size = 'xs', onStop }: { text: string; size?: 'xs' | 'sm'; onStop: () => void }) {
  const { t } = useWords();
  const { files } = useActions();
  const [share, setShare] = useState<number>();
  useEffect(() => {
    const timer = setInterval(async () => {
      const work = (await files.work())?.work;
      if (work && work.totalBytes > 0) setShare(work.doneBytes / work.totalBytes);
    }, askEveryMs);
    return () => clearInterval(timer);
  }, [files]);
  return (
    <>
      <span>
        <span role="status">{text}</span>
        {share !== undefined && ` ${percent(share)}`}
      </span>
      <Button variant="default" size={size} onClick={onStop}>
        {t('files.act.stop')}
      </Button>
    </>
  );
}
