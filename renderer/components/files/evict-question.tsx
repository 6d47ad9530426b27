import { Button, Group, Modal } from '@mantine/core';
import { useWords } from '../../context/context.ts';
import classes from './files.module.css';

interface Props {
  readonly opened: boolean;
  readonly title: string;
  /** What has to be read again by who needs it. */
  readonly bytes: number;
  readonly onClose: () => void;
  readonly onGo: () => void;
}

/** Asks before pages are evicted, which others may need, and says what it costs them. */
export function EvictQuestion({ opened, title, bytes, onClose, onGo }: Props) {
  const { t, format } = useWords();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('files.band.close') }}
      centered
    >
      <p className={classes.cost}>{t('files.act.cost', { size: format.bytes(bytes) })}</p>
      <Group justify="flex-end" mt="md">
        <Button variant="default" data-autofocus onClick={onClose}>
          {t('files.act.cancel')}
        </Button>
        <Button
          variant="default"
          onClick={() => {
            onClose();
            onGo();
          }}
        >
          {t('files.act.go')}
        </Button>
      </Group>
    </Modal>
  );
}
