import { VisuallyHidden } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { figureRows } from '../../../protocol/figure-rows.ts';
import { unitOfName } from '../../../protocol/quantity.ts';
import type { Figure as FigureData } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import { BarFigure } from './bar-figure.tsx';
import { HistogramFigure } from './histogram-figure.tsx';
import { PageFigure } from './page-figure.tsx';
import classes from './result.module.css';
import { StripFigure } from './strip-figure.tsx';

/** Loaded with the first curve: it is as large as all the rest of the view. */
const LineFigure = lazy(() => import('./line-figure.tsx'));

/** The figure of a result: drawn for the eye, and as rows of words for those who listen. */
export function Figure({ figure }: { figure: FigureData }) {
  const { pick, language } = useWords();
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>{pick(figure.title)}</figcaption>
      <VisuallyHidden component="ul">
        {figureRows(figure, language).map(({ label, said }) => (
          <li key={label}>{`${label}: ${said}`}</li>
        ))}
      </VisuallyHidden>
      <div className={classes.drawing} aria-hidden>
        <Drawing figure={figure} />
      </div>
    </figure>
  );
}

/** Every number that the run measured, by its name in reports. */
export function Measurements({ measurements }: { measurements: ReadonlyMap<string, number> }) {
  const { format } = useWords();
  if (measurements.size === 0) return undefined;
  return (
    <dl className={classes.measurements}>
      {[...measurements].map(([name, value]) => (
        <div key={name}>
          <dt className="code">{name}</dt>
          <dd>{format.quantity(value, unitOfName(name))}</dd>
        </div>
      ))}
    </dl>
  );
}

function Drawing({ figure }: { figure: FigureData }) {
  switch (figure.kind) {
    case 'bars':
      return <BarFigure figure={figure} />;
    case 'strips':
      return <StripFigure figure={figure} />;
    case 'pages':
      return <PageFigure figure={figure} />;
    case 'histogram':
      return <HistogramFigure figure={figure} />;
    default:
      return (
        <Suspense>
          <LineFigure figure={figure} />
        </Suspense>
      );
  }
}
