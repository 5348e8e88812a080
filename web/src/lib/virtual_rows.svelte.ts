// The rows of a long list that are in view. Invariant: rows outside the view, but for a margin, have no elements.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
  type Range,
  type VirtualItem,
} from '@tanstack/virtual-core';

// Rows come and go this many at a time, so that a list is not laid out anew for each row that is scrolled.
const PORTION = 8;

function portions(range: Range): number[] {
  const first = Math.max(0, Math.floor((range.startIndex - range.overscan) / PORTION) * PORTION);
  const end = Math.min(range.count, Math.ceil((range.endIndex + range.overscan + 1) / PORTION) * PORTION);
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

interface Rows {
  count: number;
  estimate: (index: number) => number;
  overscan: number;
}

export class VirtualRows {
  items = $state.raw<VirtualItem[]>([]);
  size = $state(0);
  #set: (rows: Rows) => void;
  #scrollTo: (index: number, align: 'auto' | 'center') => void;
  #measure: (element: Element) => void;
  readonly unmount: () => void;

  private constructor(
    set: (rows: Rows) => void,
    scrollTo: (index: number, align: 'auto' | 'center') => void,
    measure: (element: Element) => void,
    unmount: () => void,
  ) {
    this.#set = set;
    this.#scrollTo = scrollTo;
    this.#measure = measure;
    this.unmount = unmount;
  }

  /** Rows that scroll with the page, below whatever stands above `anchor`. */
  static inWindow(anchor: HTMLElement, rows: Rows, covered: number): VirtualRows {
    const margin = anchor.getBoundingClientRect().top + scrollY;
    const virtualizer = new Virtualizer<Window, Element>({
      count: rows.count,
      estimateSize: rows.estimate,
      overscan: rows.overscan,
      rangeExtractor: portions,
      scrollMargin: margin,
      scrollPaddingStart: covered,
      scrollPaddingEnd: 80,
      getScrollElement: () => window,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      scrollToFn: windowScroll,
      initialOffset: scrollY,
      onChange: () => self.#show(virtualizer),
    });
    const unmount = virtualizer._didMount();
    const self = new VirtualRows(
      (next) => {
        const top = anchor.getBoundingClientRect().top + scrollY;
        virtualizer.setOptions({
          ...virtualizer.options,
          count: next.count,
          estimateSize: next.estimate,
          scrollMargin: top,
        });
        virtualizer._willUpdate();
        self.#show(virtualizer);
      },
      (index, align) => virtualizer.scrollToIndex(index, { align }),
      (element) => virtualizer.measureElement(element),
      unmount,
    );
    virtualizer._willUpdate();
    self.#show(virtualizer);
    return self;
  }

  /** Rows that scroll inside `scroller`. */
  static inElement(scroller: HTMLElement, rows: Rows): VirtualRows {
    const virtualizer = new Virtualizer<HTMLElement, Element>({
      count: rows.count,
      estimateSize: rows.estimate,
      overscan: rows.overscan,
      rangeExtractor: portions,
      getScrollElement: () => scroller,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => self.#show(virtualizer),
    });
    const unmount = virtualizer._didMount();
    const self = new VirtualRows(
      (next) => {
        virtualizer.setOptions({ ...virtualizer.options, count: next.count, estimateSize: next.estimate });
        virtualizer._willUpdate();
        self.#show(virtualizer);
      },
      (index, align) => virtualizer.scrollToIndex(index, { align }),
      (element) => virtualizer.measureElement(element),
      unmount,
    );
    virtualizer._willUpdate();
    self.#show(virtualizer);
    return self;
  }

  update(rows: Rows): void {
    this.#set(rows);
  }

  scrollTo(index: number, align: 'auto' | 'center' = 'auto'): void {
    this.#scrollTo(index, align);
  }

  measure(element: Element): void {
    this.#measure(element);
  }

  #show(virtualizer: Virtualizer<Window, Element> | Virtualizer<HTMLElement, Element>): void {
    const margin = virtualizer.options.scrollMargin;
    const items = virtualizer
      .getVirtualItems()
      .map((item) => ({ ...item, start: item.start - margin, end: item.end - margin }));
    this.size = virtualizer.getTotalSize();
    const isSame =
      items.length === this.items.length &&
      items.every((item, at) => item.index === this.items[at]?.index && item.start === this.items[at]?.start);
    if (!isSame) {
      this.items = items;
    }
  }
}
