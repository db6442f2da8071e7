interface WindowInput {
  /** How far the start of the list is above the top of the viewport, in pixels; negative if below. */
  scrolledPx: number;
  viewportPx: number;
  rowPx: number;
  count: number;
}

/** Drawn beyond each edge, so that fast scrolling shows no gap. */
const spareRows = 12;

/** The rows to draw, `from` inclusive and `to` exclusive, if all rows are equally high. */
export function rowWindow({ scrolledPx, viewportPx, rowPx, count }: WindowInput) {
  const first = Math.floor(scrolledPx / rowPx) - spareRows;
  const last = Math.ceil((scrolledPx + viewportPx) / rowPx) + spareRows;
  const from = Math.min(Math.max(0, first), Math.max(0, count - 1));
  return { from, to: Math.min(count, Math.max(from, last)) };
}

/** The most rows that such a window can hold. */
export function maxRowsOf({
  viewportPx,
  rowPx,
}: Pick<WindowInput, 'viewportPx' | 'rowPx'>): number {
  return Math.ceil(viewportPx / rowPx) + 2 * spareRows + 1;
}
