export interface WindowInput {
  /** How far the list's start is above the viewport's top, in pixels; negative if below. */
  scrolledPx: number;
  viewportPx: number;
  rowPx: number;
  count: number;
}

/** The rows to draw, from `from` up to but without `to`. */
export interface RowWindow {
  from: number;
  to: number;
}

/** Rows drawn beyond each edge, so that quick scrolling shows no gap. */
const spareRows = 12;

/** The visible rows of a list of equally high rows, and some more. */
export function rowWindow({ scrolledPx, viewportPx, rowPx, count }: WindowInput): RowWindow {
  const first = Math.floor(scrolledPx / rowPx) - spareRows;
  const last = Math.ceil((scrolledPx + viewportPx) / rowPx) + spareRows;
  const from = Math.min(Math.max(0, first), Math.max(0, count - 1));
  return { from, to: Math.min(count, Math.max(from, last)) };
}

/** The most rows that a window of this height ever has. */
export function mostRowsOf({
  viewportPx,
  rowPx,
}: Pick<WindowInput, 'viewportPx' | 'rowPx'>): number {
  return Math.ceil(viewportPx / rowPx) + 2 * spareRows + 1;
}
