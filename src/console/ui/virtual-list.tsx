import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/**
 * A long list of which only what is seen is in the document. Scrolling near the end asks for more. With the keyboard: the list takes
 * the focus once, arrows (or j and k) move the selection, Enter opens it.
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
}: {
  readonly items: readonly Item[];
  readonly label: string;
  /** Of a row in pixels; rows may turn out higher and are measured. */
  readonly rowHeight: number;
  readonly keyOf: (item: Item) => string;
  readonly row: (item: Item, isSelected: boolean) => ComponentChildren;
  readonly onOpen?: (item: Item) => void;
  readonly hasMore?: boolean;
  readonly isLoadingMore?: boolean;
  readonly more?: () => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, setVersion] = useState(0);
  const [selected, setSelected] = useState(-1);
  const options = {
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index: number) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: 8,
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
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && items.length > 0 && lastShown >= items.length - 10) more?.();
  }, [hasMore, isLoadingMore, lastShown, items.length]);

  const move = (to: number): void => {
    const index = Math.max(0, Math.min(items.length - 1, to));
    setSelected(index);
    virtual.scrollToIndex(index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
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
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    }
    const item = items[selected];
    if (event.key === 'Enter' && item !== undefined) onOpen?.(item);
  };
  const idOf = (index: number): string => `${label.replace(/\W+/g, '-')}-${index}`;
  return (
    <div
      ref={scroller}
      class="virtual-list"
      role="list"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={selected >= 0 ? idOf(selected) : undefined}
      onKeyDown={onKeyDown}
    >
      <div class="virtual-space" style={{ height: `${virtual.getTotalSize()}px` }}>
        {shown.map(({ index, key, start }: VirtualItem) => {
          const item = items[index];
          return item === undefined ? null : (
            <div
              key={String(key)}
              id={idOf(index)}
              role="listitem"
              aria-setsize={hasMore ? -1 : items.length}
              aria-posinset={index + 1}
              data-index={index}
              ref={(element) => {
                if (element !== null) virtual.measureElement(element);
              }}
              class={`virtual-row${index === selected ? ' selected' : ''}`}
              style={{ transform: `translateY(${start}px)` }}
            >
              {row(item, index === selected)}
            </div>
          );
        })}
      </div>
      {isLoadingMore ? (
        <p class="soft center" role="status">
          Loading more…
        </p>
      ) : null}
    </div>
  );
}
