export interface WindowInput {
  /** How far the list's start is above the top of what is seen, in pixels; negative where below. */
  scrolledPx: number;
  viewportPx: number;
  rowPx: number;
  count: number;
}

/** The rows to draw: from `from` up to, without, `to`. */
export interface RowWindow {
  from: number;
  to: number;
}

/** Drawn beyond each edge, so that a quick hand meets no gap. */
const spareRows = 12;

/** Which of equally high rows are seen, and some more. */
export function rowWindow({ scrolledPx, viewportPx, rowPx, count }: WindowInput): RowWindow {
  const first = Math.floor(scrolledPx / rowPx) - spareRows;
  const last = Math.ceil((scrolledPx + viewportPx) / rowPx) + spareRows;
  const from = Math.min(Math.max(0, first), Math.max(0, count - 1));
  return { from, to: Math.min(count, Math.max(from, last)) };
}

/** As many rows as a window of this height ever holds. */
export function mostRowsOf({
  viewportPx,
  rowPx,
}: Pick<WindowInput, 'viewportPx' | 'rowPx'>): number {
  return Math.ceil(viewportPx / rowPx) + 2 * spareRows + 1;
}
