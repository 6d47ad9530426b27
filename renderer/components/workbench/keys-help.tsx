import { Kbd, Modal } from '@mantine/core';
import { useWords } from '../../context/context.ts';
import { callOf, toolEntries } from '../tools/tools.ts';
import classes from './workbench.module.css';

const movements = ['move', 'extend', 'keep', 'all', 'repeat', 'zoom'] as const;

/** Every key of the workbench. */
export function KeysHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  const keyed = [...toolEntries.values()].filter(({ key }) => key !== undefined);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('workbench.keys.title')}
      closeButtonProps={{ 'aria-label': t('workbench.keys.close') }}
      size="lg"
      centered
    >
      <dl className={classes.keys}>
        {keyed.map(({ id, key, tool }) => (
          <div key={id}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>
              {t(`workbench.tools.${id}`)} <span className="code">{callOf(tool)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <dl className={classes.movements}>
        {movements.map((movement) => (
          <div key={movement}>
            <dt>{t(`workbench.keys.${movement}`)}</dt>
            <dd>{t(`workbench.keys.${movement}What`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
