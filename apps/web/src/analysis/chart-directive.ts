import type { Alpine } from 'alpinejs';
import type { ChartView } from './chart-view.ts';
import type { DrawnChart } from './draw-chart.ts';

/**
 * `x-chart="view"` on a canvas draws the view and follows it, and the page's theme. The library is
 * fetched when there is something to draw: the figures are on the page before it.
 */
export function addChartDirective(alpine: Alpine): void {
  alpine.directive('chart', (element, { expression }, { effect, evaluateLater, cleanup }) => {
    if (!(element instanceof HTMLCanvasElement)) throw new Error('x-chart belongs on a canvas');
    const evaluate = evaluateLater<ChartView>(expression);
    let drawn: DrawnChart | null = null;
    let shown: ChartView | null = null;
    const draw = async (canvas: HTMLCanvasElement) => {
      const { drawChart } = await import('./draw-chart.ts');
      // It may have gone, or another view have come, while the library was fetched.
      if (shown && !drawn && canvas.isConnected) drawn = drawChart(canvas, shown);
    };
    const show = (view: ChartView) => {
      shown = view;
      if (drawn) drawn.show(view);
      else void draw(element);
    };
    effect(() => evaluate((view) => show(alpine.raw(view))));
    const theme = new MutationObserver(() => shown && show(shown));
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    cleanup(() => {
      theme.disconnect();
      shown = null;
      drawn?.destroy();
    });
  });
}
