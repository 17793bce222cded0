import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import { memo } from 'preact/compat';
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { zone } from '../../session/preferences';
import { instantText } from '../../ui/time';
import { resourceParts } from '../../ui/resource';
import { breachLevel, columnTimes, labelColumns, levelOf, levels, rowText, shareText, type MapLine } from './exposure';
import { itemHref, ItemLink } from './parts';

const rowHeight = 26;
/** So many rows before the end of what is loaded more is asked for. */
const ahead = 30;
const mostLabels = 7;

interface Cell {
  readonly row: number;
  readonly column: number;
}

/** `21:00 to 22:00`, with the day. */
function spanText(from: string, bucketSeconds: number, column: number): string {
  const { since, until } = columnTimes(from, bucketSeconds, column);
  const short = (at: number): string => instantText(at, zone.value).replace(/:\d\d (?=\S+$)/, ' ');
  return `${short(since)} to ${new Date(until).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(zone.value === 'utc' ? { timeZone: 'UTC' } : {}),
  })}`;
}

function labelText(at: number, bucketSeconds: number): string {
  const inZone = zone.value === 'utc' ? { timeZone: 'UTC' } : {};
  const options: Intl.DateTimeFormatOptions =
    bucketSeconds <= 3600
      ? { hour: '2-digit', minute: '2-digit', ...inZone }
      : { day: '2-digit', month: 'short', ...inZone };
  return new Intl.DateTimeFormat('en-GB', options).format(at);
}

/** One resource. Drawn again only when something of it changes: there are many cells. */
const Row = memo(function Row({
  line,
  index,
  start,
  columnsTemplate,
  spans,
  activeColumn,
  idOf,
  setHovered,
  setActive,
}: {
  readonly line: Extract<MapLine, { kind: 'resource' }>;
  readonly index: number;
  readonly start: number;
  readonly columnsTemplate: string;
  /** The time of each column, in words. */
  readonly spans: readonly string[];
  readonly activeColumn: number | undefined;
  readonly idOf: (cell: Cell) => string;
  readonly setHovered: (cell: Cell) => void;
  readonly setActive: (cell: Cell) => void;
}) {
  return (
    <div
      class="heat-row"
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${start}px)`, gridTemplateColumns: columnsTemplate }}
    >
      <span class="heat-name" role="rowheader" title={rowText(line.percent)}>
        <ItemLink item={line.resource} />
      </span>
      {line.percent.map((percent, column) => {
        const cell = { row: index, column };
        const level = levelOf(percent);
        return (
          <span
            key={column}
            id={idOf(cell)}
            role="gridcell"
            aria-colindex={column + 2}
            aria-label={`${shareText(percent)}, ${spans[column] ?? ''}`}
            class={`heat-cell level-${level ?? 'none'}${activeColumn === column ? ' active' : ''}`}
            onPointerEnter={() => setHovered(cell)}
            onClick={() => setActive(cell)}
          >
            {level === breachLevel ? '×' : null}
          </span>
        );
      })}
    </div>
  );
});

/** What the colours and marks say. */
export function Legend() {
  return (
    <ul class="heat-legend" aria-label="What the colours say">
      <li>
        <span class="heat-cell level-none" aria-hidden="true" /> not looked at
      </li>
      {levels.map(({ text }, level) => (
        <li key={text}>
          <span class={`heat-cell level-${level}`} aria-hidden="true">
            {level === breachLevel ? '×' : null}
          </span>{' '}
          {text}
        </li>
      ))}
    </ul>
  );
}

/**
 * Exposure over time: a row for each resource, a column for each time. Only the rows that are seen are in the document. The map takes the
 * focus once; arrows move over its cells, Enter opens the resource, and what a cell says stands below.
 */
export function HeatMap({
  lines,
  from,
  bucketSeconds,
  columns,
  hasMore,
  isLoadingMore,
  more,
}: {
  readonly lines: readonly MapLine[];
  readonly from: string;
  readonly bucketSeconds: number;
  readonly columns: number;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly more: () => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const [, navigate] = useLocation();
  const [, setVersion] = useState(0);
  const [active, setActive] = useState<Cell | undefined>();
  const [hovered, setHovered] = useState<Cell | undefined>();
  const options = {
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    // Room for the heading that sticks to the top.
    scrollPaddingStart: rowHeight,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => setVersion((one) => one + 1),
  };
  const [virtual] = useState(() => new Virtualizer<HTMLDivElement, HTMLElement>(options));
  virtual.setOptions({ ...virtual.options, ...options });
  useLayoutEffect(() => virtual._didMount(), []);
  useLayoutEffect(() => virtual._willUpdate());
  // The newest columns are what one looks for first, where not all of them fit.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null) element.scrollLeft = element.scrollWidth;
  }, [columns]);
  const shown = virtual.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= lines.length - ahead) more();
  }, [hasMore, isLoadingMore, lastShown, lines.length]);

  const labels = useMemo(() => labelColumns(columns, mostLabels), [columns]);
  const columnsTemplate = `var(--heat-name) repeat(${columns}, minmax(11px, 1fr))`;
  const template = { gridTemplateColumns: columnsTemplate };
  const idOf = useCallback(({ row, column }: Cell): string => `${prefix}-${row}-${column}`, [prefix]);
  const chosenZone = zone.value;
  const spans = useMemo(
    () => Array.from({ length: columns }, (_, column) => spanText(from, bucketSeconds, column)),
    [from, bucketSeconds, columns, chosenZone],
  );

  const move = (key: string, shift: boolean): boolean => {
    const first = lines.findIndex(({ kind }) => kind === 'resource');
    const at = active ?? { row: first, column: columns - 1 };
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const target: Record<string, Cell> = {
      ArrowRight: { ...at, column: at.column + 1 },
      ArrowLeft: { ...at, column: at.column - 1 },
      ArrowDown: { ...at, row: at.row + 1 },
      ArrowUp: { ...at, row: at.row - 1 },
      PageDown: { ...at, row: at.row + page },
      PageUp: { ...at, row: at.row - page },
      Home: shift ? { ...at, row: 0 } : { ...at, column: 0 },
      End: shift ? { ...at, row: lines.length - 1 } : { ...at, column: columns - 1 },
    };
    const to = target[key];
    if (to === undefined) return false;
    const step = to.row < at.row ? -1 : 1;
    let row = Math.min(lines.length - 1, Math.max(0, active === undefined ? at.row : to.row));
    // Headings of tiers are passed over.
    while (lines[row]?.kind === 'tier') row += row === 0 ? 1 : step;
    if (lines[row]?.kind !== 'resource') row = at.row;
    const column = Math.min(columns - 1, Math.max(0, active === undefined ? at.column : to.column));
    setActive({ row, column });
    virtual.scrollToIndex(row);
    return true;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const line = active === undefined ? undefined : lines[active.row];
    if (event.key === 'Enter' && line?.kind === 'resource') navigate(itemHref(line.resource));
    else if (move(event.key, event.shiftKey)) event.preventDefault();
  };

  const told = hovered ?? active;
  const toldLine = told === undefined ? undefined : lines[told.row];

  return (
    <div class="heat">
      <div
        ref={scroller}
        class="heat-scroll"
        role="grid"
        aria-label="Exposure over time"
        aria-rowcount={hasMore ? -1 : lines.length + 1}
        aria-colcount={columns + 1}
        aria-activedescendant={active === undefined ? undefined : idOf(active)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => {
          if (active === undefined && lines.length > 0) move('End', false);
        }}
        onPointerLeave={() => setHovered(undefined)}
      >
        <div class="heat-row heat-head" role="row" aria-rowindex={1} style={template}>
          <span class="heat-name" role="columnheader">
            Resource
          </span>
          {Array.from({ length: columns }, (_, column) => (
            <span key={column} role="columnheader" class={`heat-label${column > columns - 4 ? ' at-end' : ''}`}>
              {labels.includes(column) ? (
                <span aria-hidden="true">
                  {labelText(columnTimes(from, bucketSeconds, column).since, bucketSeconds)}
                </span>
              ) : null}
              <span class="visually-hidden">{spans[column]}</span>
            </span>
          ))}
        </div>
        <div class="heat-space" role="rowgroup" style={{ height: `${virtual.getTotalSize()}px` }}>
          {shown.map(({ index, start }: VirtualItem) => {
            const line = lines[index];
            if (line === undefined) return null;
            const place = { transform: `translateY(${start}px)` };
            return line.kind === 'tier' ? (
              <div
                key={`tier ${line.tier}`}
                class="heat-row heat-tier"
                role="row"
                aria-rowindex={index + 2}
                style={place}
              >
                <span role="rowheader" class="heat-tier-name">
                  {line.tier} <span class="soft">{line.count}</span>
                </span>
              </div>
            ) : (
              <Row
                key={line.resource}
                line={line}
                index={index}
                start={start}
                columnsTemplate={columnsTemplate}
                spans={spans}
                activeColumn={active?.row === index ? active.column : undefined}
                idOf={idOf}
                setHovered={setHovered}
                setActive={setActive}
              />
            );
          })}
        </div>
      </div>
      <p class="heat-told">
        {told === undefined || toldLine?.kind !== 'resource' ? (
          <span class="soft">
            Point at a cell, or go to the map with Tab and use the arrow keys; Enter opens the resource.
          </span>
        ) : (
          <>
            <strong>{resourceParts(toldLine.resource).name}</strong> {shareText(toldLine.percent[told.column] ?? null)},{' '}
            {spans[told.column]}
          </>
        )}
      </p>
    </div>
  );
}

const mostTableRows = 100;

/** The same as a table, of the first hundred rows. */
export function HeatTable({
  lines,
  from,
  bucketSeconds,
  columns,
}: {
  readonly lines: readonly MapLine[];
  readonly from: string;
  readonly bucketSeconds: number;
  readonly columns: number;
}) {
  const [isOpen, setOpen] = useState(false);
  const rows = lines.filter((line) => line.kind === 'resource');
  return (
    <details class="chart-data" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Values as a table</summary>
      {isOpen ? (
        <>
          <div class="table-scroll" tabIndex={0} role="region" aria-label="Exposure as a table">
            <table class="table heat-table">
              <caption class="soft">
                Largest exposure of each time in percent of the objective; beyond 100 it was broken.
                {rows.length > mostTableRows
                  ? ` The first ${mostTableRows} of ${rows.length}: search to see others.`
                  : ''}
              </caption>
              <thead>
                <tr>
                  <th scope="col">Resource</th>
                  <th scope="col">Tier</th>
                  {Array.from({ length: columns }, (_, column) => (
                    <th key={column} scope="col" class="number">
                      <span title={spanText(from, bucketSeconds, column)}>
                        {labelText(columnTimes(from, bucketSeconds, column).since, bucketSeconds)}
                      </span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, mostTableRows).map((line) => (
                  <tr key={line.resource}>
                    <th scope="row">{resourceParts(line.resource).name}</th>
                    <td>{line.tier}</td>
                    {line.percent.map((percent, column) => (
                      <td key={column} class="number">
                        {percent === null ? '–' : percent > 100 ? <strong>{percent}</strong> : percent}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : null}
    </details>
  );
}
