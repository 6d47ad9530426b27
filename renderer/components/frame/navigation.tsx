import { experimentGroups } from '../../../protocol/experiment.ts';
import { addressOf, addressOfLimits, addressOfWorkbench } from '../../context/address.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownExperiment } from '../../store/store.ts';
import classes from './navigation.module.css';

/**
 * The catalogue by group, the workbench, then what is about the machine. A group without an experiment is not shown,
 * nor is anything that does not work yet.
 */
export function Navigation() {
  const { t, pick } = useWords();
  const catalogue = useApp((state) => state.catalogue) ?? [];
  const place = useApp((state) => state.place);
  const experiment = useApp(shownExperiment);
  const shown = place.kind === 'experiment' ? experiment : undefined;
  return (
    <nav className={classes.nav} aria-label={t('app.navigation')}>
      <h2 className={classes.heading}>{t('app.experiments')}</h2>
      {experimentGroups.map((group) => {
        const members = catalogue.filter((experiment) => experiment.group === group);
        if (members.length === 0) return undefined;
        return (
          <section key={group} aria-labelledby={`group-${group}`}>
            <h3 id={`group-${group}`} className={classes.group}>
              {t(`groups.${group}`)}
            </h3>
            <ul className={classes.list}>
              {members.map(({ id, title, available, reason }) => (
                <li key={id}>
                  <a
                    className={classes.link}
                    href={addressOf(id)}
                    aria-current={id === shown?.id ? 'page' : undefined}
                    data-unavailable={!available || undefined}
                    title={!available && reason ? pick(reason) : undefined}
                  >
                    {pick(title)}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      <h2 className={classes.heading}>{t('app.byHand')}</h2>
      <ul className={classes.list}>
        <li>
          <a
            className={classes.link}
            href={addressOfWorkbench}
            aria-current={place.kind === 'workbench' ? 'page' : undefined}
          >
            {t('workbench.title')}
          </a>
        </li>
      </ul>
      <h2 className={classes.heading}>{t('app.machine')}</h2>
      <ul className={classes.list}>
        <li>
          <a
            className={classes.link}
            href={addressOfLimits()}
            aria-current={place.kind === 'limits' ? 'page' : undefined}
          >
            {t('limits.title')}
          </a>
        </li>
      </ul>
    </nav>
  );
}
