import type { Alpine } from 'alpinejs';
import type { ChartSketch } from './chart-sketch.ts';
import type { DrawnChart } from './draw-chart.ts';

/**
 * `x-chart="view"` on a canvas draws the view and follows it, and the page's theme. The library is
 * fetched when there is something to draw: the figures are on the page before it. `inTurn` does what
 * it is given when the canvas has its turn.
 */
export function addChartDirective(alpine: Alpine, inTurn: (work: () => void) => void): void {
  alpine.directive('chart', (element, { expression }, { effect, evaluateLater, cleanup }) => {
    if (!(element instanceof HTMLCanvasElement)) throw new Error('x-chart belongs on a canvas');
    const evaluate = evaluateLater<ChartSketch>(expression);
    let drawn: DrawnChart | null = null;
    let shown: ChartSketch | null = null;
    let isWaiting = false;
    const draw = async () => {
      const { drawChart } = await import('./draw-chart.ts').catch((fault: unknown) => {
        // The next view tries again.
        isWaiting = false;
        throw fault;
      });
      inTurn(() => {
        isWaiting = false;
        // It may have gone while the library was fetched and others were drawn.
        if (!shown || !element.isConnected) return;
        if (drawn) drawn.show(shown);
        else drawn = drawChart(element, shown);
      });
    };
    const show = (view: ChartSketch) => {
      shown = view;
      if (isWaiting) return;
      isWaiting = true;
      void draw();
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
