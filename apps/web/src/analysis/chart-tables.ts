import { html, nothing, render } from 'lit-html';
import type { DrawLoop } from '../draw/draw-loop.ts';
import { createRows } from '../draw/rows.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { type ChartRow, type ChartView, chartRows } from './chart-view.ts';

interface ChartTablesOptions {
  language: LanguageStore;
  loop: DrawLoop;
}

/** The tables with the values of the charts, drawn by lit-html while they are open. */
export function createChartTables({ language, loop }: ChartTablesOptions) {
  const drawByChart = new Map<string, (chart: ChartView) => void>();

  const createTable = (element: HTMLElement) => {
    const rows = createRows<ChartRow>({
      keyOf: ({ exact }) => exact,
      versionOf: ({ label, cells }) => [label, ...cells],
      template: ({ label, exact, cells }) => html`
        <tr>
          <th scope="row" title=${exact}>${label}</th>
          ${cells.map((cell) => html`<td class="is-number">${cell}</td>`)}
        </tr>`,
      perFrame: 40,
    });
    let shown: ChartView | null = null;
    const draw = () => {
      if (!shown) return;
      const { series, title } = shown;
      element.ariaLabel = title;
      const time = language.t('viewer.column.time');
      render(
        html`
          <table class="table">
            <thead>
              <tr>
                <th scope="col">${time}</th>
                ${series.map(({ name }) => html`<th scope="col" class="is-number">${name}</th>`)}
              </tr>
            </thead>
            <tbody>${rows(chartRows(shown), () => loop.request(draw))}</tbody>
          </table>`,
        element,
      );
    };
    return (chart: ChartView) => {
      shown = chart;
      loop.request(draw);
    };
  };

  return {
    /** Draws a chart's table in `.table-scroll` of its `details`, or clears it if they were closed. */
    toggle(chart: ChartView, details: HTMLDetailsElement): void {
      const element = details.querySelector<HTMLElement>('.table-scroll');
      if (!element) return;
      if (!details.open) {
        drawByChart.delete(chart.id);
        render(nothing, element);
        return;
      }
      const draw = createTable(element);
      drawByChart.set(chart.id, draw);
      draw(chart);
    },
    /** Redraws the open tables, because the charts changed. */
    follow(charts: readonly ChartView[]): void {
      for (const chart of charts) drawByChart.get(chart.id)?.(chart);
    },
  };
}
