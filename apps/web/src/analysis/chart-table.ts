import { createListDrawer } from '../live/list-drawer.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { type ChartRow, type ChartView, chartRows } from './chart-view.ts';

const rowsPerFrame = 8;

interface ChartTableOptions {
  language: LanguageStore;
  nextFrame(callback: () => void): void;
}

type Show = (rows: ChartRow[]) => void;

/** The table behind a chart, made while it is unfolded, a frame's worth of rows at a time. */
export interface ChartTable {
  unfold(isOpen: boolean, chart: ChartView | null, show: Show): void;
  /** The chart is another one now. */
  follow(chart: ChartView | null, show: Show): void;
}

export function createChartTable({ language, nextFrame }: ChartTableOptions): ChartTable {
  const drawer = createListDrawer<ChartRow, ChartRow>({
    keyOf: ({ exact }) => exact,
    lineOf: (row) => row,
    nextFrame,
    budget: rowsPerFrame,
  });
  let isUnfolded = false;
  let rows: ChartRow[] = [];
  const draw = (show: Show) => show(drawer.draw(rows, language.translator, () => draw(show)));
  const follow = (chart: ChartView | null, show: Show) => {
    if (!isUnfolded && rows.length === 0) return;
    rows = isUnfolded && chart ? chartRows(chart) : [];
    draw(show);
  };
  return {
    unfold(isOpen, chart, show) {
      isUnfolded = isOpen;
      follow(chart, show);
    },
    follow,
  };
}
