import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type Range,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Problem } from './parts';

/** Where one was in a list, kept with the entry of the browser's history, so that going back leads there again. */
interface Place {
  readonly offset: number;
  readonly key: string | null;
}

function placeIn(label: string): Place | undefined {
  const state = history.state as { readonly lists?: Readonly<Record<string, Place>> } | null;
  return state?.lists?.[label];
}

function keepPlace(label: string, place: Place): void {
  const state = (history.state ?? {}) as { readonly lists?: Readonly<Record<string, Place>> };
  history.replaceState({ ...state, lists: { ...state.lists, [label]: place } }, '');
}

/** So long after the last movement the place is kept: browsers limit how often. Milliseconds. */
const keepAfterMillis = 250;
/** So many rows before the end of what is loaded more is asked for. */
const ahead = 20;

/**
 * A long list of which only what is seen is in the document. Scrolling near the end asks for more. With the keyboard: the list takes
 * the focus once, arrows (or j and k) move the selection, Enter opens it. The selection stays with its item when others come before it.
 */
export function VirtualList<Item>({
  items,
  label,
  rowHeight,
  keyOf,
  row,
  onOpen,
  hasMore = false,
  isLoadingMore = false,
  more,
  moreError = null,
  moreAgain,
}: {
  readonly items: readonly Item[];
  readonly label: string;
  /** Of a row in pixels; rows may turn out higher and are measured. */
  readonly rowHeight: number;
  readonly keyOf: (item: Item) => string;
  readonly row: (item: Item, isSelected: boolean) => ComponentChildren;
  /** Pressed Enter on, or clicked beside its links. */
  readonly onOpen?: (item: Item) => void;
  readonly hasMore?: boolean;
  readonly isLoadingMore?: boolean;
  readonly more?: () => void;
  /** Why the next page could not be read. */
  readonly moreError?: unknown;
  readonly moreAgain?: () => void;
}) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [, setVersion] = useState(0);
  const [place] = useState(() => placeIn(label));
  const [selectedKey, setSelectedKey] = useState<string | null>(place?.key ?? null);
  const keyOfItem = useRef(keyOf);
  keyOfItem.current = keyOf;
  const selected = useMemo(
    () => (selectedKey === null ? -1 : items.findIndex((item) => keyOfItem.current(item) === selectedKey)),
    [items, selectedKey],
  );
  // Both stay the same between two renders: with a new one the library measures every row of the list again.
  const getItemKey = useCallback(
    (index: number) => {
      const item = items[index];
      return item === undefined ? index : keyOfItem.current(item);
    },
    [items],
  );
  // What is selected stays in the document, as the focus is on it for assistive technology.
  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      if (selected < 0 || selected >= range.count || indexes.includes(selected)) return indexes;
      return selected < (indexes[0] ?? 0) ? [selected, ...indexes] : [...indexes, selected];
    },
    [selected],
  );
  const options = {
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey,
    rangeExtractor,
    overscan: 8,
    initialOffset: place?.offset ?? 0,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => setVersion((one) => one + 1),
  };
  const [virtual] = useState(() => new Virtualizer<HTMLDivElement, HTMLElement>(options));
  virtual.setOptions({ ...virtual.options, ...options });
  useLayoutEffect(() => virtual._didMount(), []);
  useLayoutEffect(() => virtual._willUpdate());

  const shown = virtual.getVirtualItems();
  const lastSeen = virtual.range?.endIndex ?? 0;
  const wantsMore = hasMore && !isLoadingMore && moreError === null && lastSeen >= items.length - ahead;
  useEffect(() => {
    if (wantsMore) more?.();
  }, [wantsMore, items.length]);

  const offset = virtual.scrollOffset ?? 0;
  useEffect(() => {
    const isNowhere = offset === 0 && selectedKey === null;
    if (isNowhere && placeIn(label) === undefined) return undefined;
    const timer = setTimeout(() => keepPlace(label, { offset, key: selectedKey }), keepAfterMillis);
    return () => clearTimeout(timer);
  }, [offset, selectedKey]);

  const select = (index: number): Item | undefined => {
    const item = items[index];
    if (item !== undefined) setSelectedKey(keyOf(item));
    return item;
  };
  const open = (index: number): void => {
    const item = select(index);
    if (item === undefined || onOpen === undefined) return;
    keepPlace(label, { offset: virtual.scrollOffset ?? 0, key: keyOf(item) });
    onOpen(item);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: selected + 1,
      j: selected + 1,
      ArrowUp: selected - 1,
      k: selected - 1,
      PageDown: selected + page,
      PageUp: selected - page,
      Home: 0,
      End: items.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const index = Math.max(0, Math.min(items.length - 1, to));
      select(index);
      virtual.scrollToIndex(index);
    }
    if (event.key === 'Enter' && selected >= 0) {
      event.preventDefault();
      open(selected);
    }
  };
  const onClick = (event: MouseEvent): void => {
    const target = event.target as Element;
    const index = Number(target.closest<HTMLElement>('.virtual-row')?.dataset['index'] ?? Number.NaN);
    const isText = getSelection()?.isCollapsed === false;
    if (!Number.isInteger(index) || isText) return;
    if (target.closest('a, button, summary, input') === null) open(index);
    else select(index);
  };
  const rowId = (index: number): string => `${id}-${index}`;
  return (
    <div class="virtual">
      <div
        ref={scroller}
        class="virtual-list"
        // Not higher than what is in it.
        style={{ maxHeight: `${virtual.getTotalSize() + 2}px` }}
        role="grid"
        aria-label={label}
        aria-rowcount={hasMore ? -1 : items.length}
        tabIndex={0}
        aria-activedescendant={selected >= 0 ? rowId(selected) : undefined}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div class="virtual-space" role="rowgroup" style={{ height: `${virtual.getTotalSize()}px` }}>
          {shown.map(({ index, key, start }: VirtualItem) => {
            const item = items[index];
            return item === undefined ? null : (
              <div
                key={String(key)}
                id={rowId(index)}
                role="row"
                aria-rowindex={index + 1}
                aria-selected={index === selected}
                data-index={index}
                ref={virtual.measureElement}
                class={`virtual-row${index === selected ? ' selected' : ''}${onOpen === undefined ? '' : ' opens'}`}
                style={{ transform: `translateY(${start}px)` }}
              >
                <div role="gridcell">{row(item, index === selected)}</div>
              </div>
            );
          })}
        </div>
      </div>
      <p class="soft virtual-foot" role="status">
        {isLoadingMore
          ? 'Loading more…'
          : `${items.length.toLocaleString('en-GB')} ${hasMore ? 'loaded, more as you scroll' : 'in all'}`}
      </p>
      {moreError === null || moreError === undefined ? null : (
        <Problem error={moreError} {...(moreAgain === undefined ? {} : { again: moreAgain })} />
      )}
    </div>
  );
}
