import { lazy, Suspense } from 'preact/compat';
import type { ChartProps } from './chart-model';
import { Loading } from './parts';

const Drawn = lazy(() => import('./chart-drawn').then(({ DrawnChart }) => ({ default: DrawnChart })));

/**
 * Series on one time axis. The charting library is loaded when a chart is first shown, into a place that has its size already. The
 * values can be read as a table below it.
 */
export function Chart(props: ChartProps) {
  const { height = 180 } = props;
  return (
    <figure class="chart" aria-label={props.label}>
      <div class="chart-place" style={{ minHeight: `${height}px` }}>
        <Suspense fallback={<Loading lines={4} what="Loading the chart" />}>
          <Drawn {...props} height={height} />
        </Suspense>
      </div>
    </figure>
  );
}
