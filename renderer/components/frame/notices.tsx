import { Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useWords } from '../../context/context.ts';
import classes from './notices.module.css';

/** The licences of what the window is built with, from the file beside its page. */
export function Notices({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  const [text, setText] = useState<string>();
  useEffect(() => {
    if (!opened || text !== undefined) return;
    void fetch('third-party-notices.txt')
      .then(async (answer) => setText(answer.ok ? await answer.text() : t('notices.missing')))
      .catch(() => setText(t('notices.missing')));
  }, [opened, text, t]);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('notices.title')}
      closeButtonProps={{ 'aria-label': t('notices.close') }}
      size="xl"
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard */}
      <pre className={classes.text} tabIndex={0}>
        {text ?? t('notices.loading')}
      </pre>
    </Modal>
  );
}
