import type { Alpine } from 'alpinejs';
import type { ChartView } from './chart-view.ts';
import { type DrawnChart, drawChart } from './draw-chart.ts';

/** `x-chart="view"` on a canvas draws the view and follows it, and the page's theme. */
export function addChartDirective(alpine: Alpine): void {
  alpine.directive('chart', (element, { expression }, { effect, evaluateLater, cleanup }) => {
    if (!(element instanceof HTMLCanvasElement)) throw new Error('x-chart belongs on a canvas');
    const evaluate = evaluateLater<ChartView>(expression);
    let drawn: DrawnChart | null = null;
    let shown: ChartView | null = null;
    const show = (view: ChartView) => {
      shown = view;
      if (drawn) drawn.show(view);
      else drawn = drawChart(element, view);
    };
    effect(() => evaluate((view) => show(alpine.raw(view))));
    const theme = new MutationObserver(() => shown && show(shown));
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    cleanup(() => {
      theme.disconnect();
      drawn?.destroy();
    });
  });
}
