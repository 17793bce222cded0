import { useMemo } from 'preact/hooks';
import { useRead } from '../api/queries';
import { Chart } from '../ui/chart';
import type { ChartMark, ChartSeries } from '../ui/chart-model';
import { Empty, Loaded } from '../ui/parts';
import { readable } from './measured';
import type { MetricsAnswer } from './types';
import { shortName } from './words';

/** Series with one unit share a chart. */
function chartsOf({ series }: MetricsAnswer): readonly { readonly unit: string; readonly series: ChartSeries[] }[] {
  const charts = new Map<string, ChartSeries[]>();
  for (const one of series) {
    // A series that nobody reported is named in words, and not drawn.
    if (one.points.every(({ value }) => value === null)) continue;
    const { name, unit, points } = readable(one);
    charts.set(unit, [...(charts.get(unit) ?? []), { name, unit, points }]);
  }
  return [...charts].map(([unit, list]) => ({ unit, series: list }));
}

function Charts({
  answer,
  marks,
  resource,
}: {
  readonly answer: MetricsAnswer;
  readonly marks: readonly ChartMark[];
  readonly resource: string;
}) {
  const charts = useMemo(() => chartsOf(answer), [answer]);
  return (
    <>
      {charts.length === 0 ? (
        <Empty title="No metrics of this time">
          {answer.problems.length === 0 ? 'The platform measured nothing.' : answer.problems.join('. ')}
        </Empty>
      ) : (
        <div class="metric-charts">
          {charts.map(({ unit, series }) => (
            <div key={unit}>
              <h3>{series.map(({ name }) => name).join(', ')}</h3>
              <Chart
                label={`${series.map(({ name }) => name).join(', ')} of ${shortName(resource)}, in ${unit}${
                  marks.length === 0 ? '' : `, with marks for ${marks.map(({ label }) => label).join(', ')}`
                }`}
                series={series}
                marks={marks}
                height={190}
              />
            </div>
          ))}
        </div>
      )}
      {charts.length > 0 && answer.problems.length > 0 ? <p class="soft">{answer.problems.join('. ')}</p> : null}
    </>
  );
}

/** What the platform measured of a resource around a time, with what happened marked. */
export function MetricsAround({
  resource,
  at,
  hours,
  marks,
  every = false,
}: {
  readonly resource: string;
  /** The middle of the time; the hours before now when left out. */
  readonly at?: string;
  readonly hours: number;
  readonly marks: readonly ChartMark[];
  readonly every?: number | false;
}) {
  const metrics = useRead<MetricsAnswer>('metrics', { resource, at, hours }, { every, fresh: 30_000 });
  return (
    <Loaded of={metrics} lines={8}>
      {(answer) => <Charts answer={answer} marks={marks} resource={resource} />}
    </Loaded>
  );
}
