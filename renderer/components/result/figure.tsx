import { VisuallyHidden } from '@mantine/core';
import { figureRows } from '../../../protocol/figure-rows.ts';
import { unitOfName } from '../../../protocol/quantity.ts';
import type { Figure as FigureData } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import { BarFigure } from './bar-figure.tsx';
import { HistogramFigure } from './histogram-figure.tsx';
import { LineFigure } from './line-figure.tsx';
import { PageFigure } from './page-figure.tsx';
import classes from './result.module.css';
import { StripFigure } from './strip-figure.tsx';

interface Props {
  readonly figure: FigureData;
  readonly measurements: ReadonlyMap<string, number>;
}

/** The figure of a result: drawn for the eye, as rows of words for those who listen; and every number of the run. */
export function Figure({ figure, measurements }: Props) {
  const { pick, language, format } = useWords();
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
      {measurements.size > 0 && (
        <dl className={classes.measurements}>
          {[...measurements].map(([name, value]) => (
            <div key={name}>
              <dt className="code">{name}</dt>
              <dd>{format.quantity(value, unitOfName(name))}</dd>
            </div>
          ))}
        </dl>
      )}
    </figure>
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
      return <LineFigure figure={figure} />;
  }
}
