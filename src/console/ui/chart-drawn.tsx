import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { isSystemDark, theme, zone } from '../session/preferences';
import type { ChartProps } from './chart-model';
import { instantText } from './time';

/** Colours of the page's style sheet, as they are now. */
function coloursOf(element: Element): (name: string) => string {
  // Custom properties hold light-dark(), which only a real property resolves.
  const probe = document.createElement('span');
  element.append(probe);
  return (name) => {
    probe.style.color = `var(--${name})`;
    const { color } = getComputedStyle(probe);
    return color;
  };
}

const tones = { neutral: 'ink-soft', good: 'good', warn: 'warn', bad: 'bad', info: 'accent' } as const;

function numberText(value: number | null | undefined, unit: string | undefined): string {
  if (value === null || value === undefined) return '–';
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
  return unit === undefined || unit === '' ? text : `${text} ${unit}`;
}

/** Times of an axis on a clock of 24 hours; the day stands below the first, and wherever another begins. */
function axisTexts(seconds: readonly number[], inZone: 'local' | 'utc'): string[] {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat('en-GB', { ...options, ...(inZone === 'utc' ? { timeZone: 'UTC' } : {}) });
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const day = format({ day: '2-digit', month: 'short' });
  let shown = '';
  return seconds.map((one) => {
    const today = day.format(one * 1000);
    const isNew = today !== shown;
    shown = today;
    return isNew ? `${time.format(one * 1000)}\n${today}` : time.format(one * 1000);
  });
}

/** Joins the series' instants into one axis, in seconds, as the library wants it. */
function joined(series: ChartProps['series']): uPlot.AlignedData {
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => Date.parse(at) / 1000)))].sort(
    (left, right) => left - right,
  );
  const columns = series.map(({ points }) => {
    const values = new Map(points.map(({ at, value }) => [Date.parse(at) / 1000, value]));
    return times.map((time) => (values.has(time) ? (values.get(time) as number | null) : undefined));
  });
  return [times, ...columns] as uPlot.AlignedData;
}

function dataText(bytesOf: ChartProps['series'], inZone: 'local' | 'utc'): { head: string[]; rows: string[][] } {
  const [times, ...columns] = joined(bytesOf) as unknown as [number[], ...(number | null | undefined)[][]];
  return {
    head: ['Time', ...bytesOf.map(({ name, unit }) => (unit === undefined ? name : `${name} (${unit})`))],
    rows: times
      .map((time, index) => [
        instantText(time * 1000, inZone),
        ...columns.map((column) => (column[index] === undefined ? '' : numberText(column[index], undefined))),
      ])
      .reverse(),
  };
}

/** See `Chart`. */
export function DrawnChart({ label, series, marks = [], levels = [], height = 180, min, max }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [showTable, setShowTable] = useState(false);
  const scheme = `${theme.value} ${isSystemDark.value}`;
  const chosenZone = zone.value;

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const colour = coloursOf(element);
    const ink = colour('ink-soft');
    const line = colour('line');
    const shownMarks = marks
      .map(({ at, tone = 'neutral', ...rest }) => ({
        ...rest,
        time: Date.parse(at) / 1000,
        colour: colour(tones[tone]),
      }))
      .sort((left, right) => left.time - right.time);
    const shownLevels = levels.map((level) => ({ ...level, colour: colour('ink-soft') }));
    const options: uPlot.Options = {
      width: Math.max(200, element.clientWidth),
      height,
      tzDate: (seconds) =>
        chosenZone === 'utc' ? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000),
      legend: { live: true },
      cursor: { drag: { x: true, y: false } },
      scales: {
        x: { time: true },
        y: {
          range: (_, low, high) => {
            const all = [low ?? 0, high ?? 1, ...levels.map(({ value }) => value)];
            const least = min ?? Math.min(...all);
            const most = max ?? Math.max(...all);
            return [least, most === least ? least + 1 : most + (max === undefined ? (most - least) * 0.08 : 0)];
          },
        },
      },
      axes: [
        {
          stroke: ink,
          grid: { stroke: line, width: 1 },
          ticks: { stroke: line },
          font: '11px system-ui',
          values: (_, splits) => axisTexts(splits, chosenZone),
        },
        { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line }, font: '11px system-ui', size: 48 },
      ],
      series: [
        {
          value: (_, seconds) =>
            seconds === null || seconds === undefined ? '–' : instantText(seconds * 1000, chosenZone),
        },
        ...series.map(({ name, unit, colour: given, kind = 'line', dashed = false }, index): uPlot.Series => {
          const stroke = colour(`series-${(((given ?? index + 1) - 1) % 6) + 1}`);
          const stepped = kind === 'steps' ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
          return {
            label: name,
            stroke,
            width: 2,
            spanGaps: false,
            ...(dashed ? { dash: [6, 4] } : {}),
            ...(stepped === undefined ? {} : { paths: stepped }),
            ...(kind === 'points'
              ? { paths: () => null, points: { show: true, size: 7 } }
              : { points: { show: false } }),
            value: (_, value) => numberText(value, unit),
          };
        }),
      ],
      hooks: {
        draw: [
          (plot) => {
            const { ctx, bbox } = plot;
            ctx.save();
            ctx.textAlign = 'left';
            ctx.textBaseline = 'alphabetic';
            ctx.font = `${11 * devicePixelRatio}px system-ui`;
            // Labels of marks that are close to each other stand in rows below each other: where each row is taken up to.
            const rows: number[] = [];
            for (const mark of shownMarks) {
              const x = plot.valToPos(mark.time, 'x', true);
              if (x < bbox.left || x > bbox.left + bbox.width) continue;
              ctx.strokeStyle = mark.colour;
              ctx.fillStyle = mark.colour;
              ctx.lineWidth = devicePixelRatio;
              ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
              ctx.beginPath();
              ctx.moveTo(x, bbox.top);
              ctx.lineTo(x, bbox.top + bbox.height);
              ctx.stroke();
              const wide = ctx.measureText(mark.label).width;
              const isRight = x + wide + 8 > bbox.left + bbox.width;
              const begin = isRight ? x - wide - 4 : x + 4;
              const free = rows.findIndex((end) => end < begin);
              const row = free === -1 ? rows.length : free;
              rows[row] = begin + wide + 4;
              ctx.fillText(mark.label, begin, bbox.top + 12 * (row + 1) * devicePixelRatio);
            }
            for (const level of shownLevels) {
              const y = plot.valToPos(level.value, 'y', true);
              ctx.strokeStyle = level.colour;
              ctx.fillStyle = level.colour;
              ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
              ctx.beginPath();
              ctx.moveTo(bbox.left, y);
              ctx.lineTo(bbox.left + bbox.width, y);
              ctx.stroke();
              ctx.fillText(level.label, bbox.left + 4, y - 4 * devicePixelRatio);
            }
            ctx.restore();
          },
        ],
      },
    };
    const plot = new uPlot(options, joined(series), element);
    const watch = new ResizeObserver(() => {
      plot.setSize({ width: Math.max(200, element.clientWidth), height });
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
      element.replaceChildren();
    };
  }, [series, marks, levels, height, min, max, scheme, chosenZone]);

  const isEmpty = series.every(({ points }) => points.length === 0);
  if (isEmpty) return <p class="soft center">No values in this time.</p>;
  const table = showTable ? dataText(series, chosenZone) : undefined;
  return (
    <>
      <div ref={place} role="img" aria-label={label} />
      <details class="chart-data" onToggle={(event) => setShowTable(event.currentTarget.open)}>
        <summary>Values as a table</summary>
        {table === undefined ? null : (
          <div class="table-scroll" tabIndex={0} role="region" aria-label={`Values: ${label}`}>
            <table class="table">
              <thead>
                <tr>
                  {table.head.map((one) => (
                    <th key={one} scope="col">
                      {one}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {table.rows.map((row) => (
                  <tr key={row[0]}>
                    {row.map((one, index) => (
                      <td key={index} class={index > 0 ? 'number' : undefined}>
                        {one}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </details>
    </>
  );
}
