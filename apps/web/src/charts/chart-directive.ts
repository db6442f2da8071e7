import type { Alpine } from 'alpinejs';
import type { DrawLoop } from '../draw/draw-loop.ts';
import type { ChartSketch } from './chart-sketch.ts';
import type { DrawnChart } from './draw-chart.ts';

/**
 * `x-chart="view"` on a canvas draws the view and follows it, and the page's theme. The library is
 * only fetched when there is something to draw, so it doesn't delay the figures.
 */
export function addChartDirective(alpine: Alpine, loop: DrawLoop): void {
  alpine.directive('chart', (element, { expression }, { effect, evaluateLater, cleanup }) => {
    if (!(element instanceof HTMLCanvasElement)) throw new Error('x-chart belongs on a canvas');
    const evaluate = evaluateLater<ChartSketch>(expression);
    let drawn: DrawnChart | null = null;
    let shown: ChartSketch | null = null;
    let library: typeof import('./draw-chart.ts') | null = null;
    const draw = () => {
      // The canvas may have been removed while the library was fetched.
      if (!shown || !library || !element.isConnected) return;
      if (drawn) drawn.show(shown);
      else drawn = library.drawChart(element, shown);
    };
    const show = async (view: ChartSketch) => {
      shown = view;
      library ??= await import('./draw-chart.ts');
      loop.request(draw);
    };
    effect(() => evaluate((view) => void show(alpine.raw(view))));
    const theme = new MutationObserver(() => shown && void show(shown));
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    cleanup(() => {
      theme.disconnect();
      shown = null;
      drawn?.destroy();
    });
  });
}
