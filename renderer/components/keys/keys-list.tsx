import { Kbd, Modal } from '@mantine/core';
import { useWords } from '../../context/context.ts';
import { callOf, toolEntries } from '../tools/tools.ts';
import { keyGroups } from './keys.ts';
import classes from './keys-list.module.css';

const groups = Object.keys(keyGroups) as (keyof typeof keyGroups)[];

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The list of keys, by where they are heard. */
export default function KeysList({ opened, onClose }: Props) {
  const { t } = useWords();
  const keyed = [...toolEntries.values()].filter(({ key }) => key !== undefined);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('keys.title')}
      closeButtonProps={{ 'aria-label': t('keys.close') }}
      size="lg"
      centered
    >
      {groups.map((group) => (
        <section key={group} className={classes.group}>
          <h3 className={classes.title}>{t(`keys.groups.${group}`)}</h3>
          <dl className={classes.list}>
            {keyGroups[group].map((key) => (
              <div key={key}>
                <dt>{t(`keys.${key}`)}</dt>
                <dd>{t(`keys.${key}What`)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <section className={classes.group}>
        <h3 className={classes.title}>{t('workbench.title')}</h3>
        <dl className={classes.tools}>
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
          <div>
            <dt>
              <Kbd>{t('keys.repeat')}</Kbd>
            </dt>
            <dd>{t('keys.repeatWhat')}</dd>
          </div>
        </dl>
      </section>
    </Modal>
  );
}
