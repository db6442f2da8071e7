import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type TooltipItem,
} from 'chart.js';
import { type ChartSketch, colorName, formatValue, type Series } from './chart-sketch.ts';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

export type DrawnChart = ReturnType<typeof drawChart>;

/**
 * Draws on a canvas, which must always show charts of one kind. The instance of Chart.js stays in this
 * closure, because a reactive store would break it.
 */
export function drawChart(canvas: HTMLCanvasElement, view: ChartSketch) {
  const chart = new Chart(canvas, configOf(view));
  return {
    /** Draws another view, or the same in another theme. */
    show(next: ChartSketch): void {
      const { data, options } = configOf(next);
      chart.data = data;
      chart.options = options ?? {};
      chart.update('none');
    },
    destroy: () => chart.destroy(),
  };
}

function configOf(view: ChartSketch): ChartConfiguration<'line' | 'bar', (number | null)[]> {
  const css = getComputedStyle(document.documentElement);
  const color = (name: string) => css.getPropertyValue(name).trim();
  return {
    type: view.kind === 'line' ? 'line' : 'bar',
    data: {
      labels: view.labels,
      datasets: view.series.map((series) => datasetOf(view, series, color)),
    },
    options: optionsOf(view, color),
  };
}

function datasetOf(view: ChartSketch, series: Series, color: (name: string) => string) {
  const { name, isDashed, values } = series;
  const tone = color(colorName(series.color));
  const common = { label: name, data: values, borderColor: tone, backgroundColor: tone };
  if (view.kind === 'bars') return { ...common, borderWidth: 0, borderRadius: 2, stack: 'all' };
  return {
    ...common,
    borderWidth: isDashed ? 1.25 : 2,
    borderDash: isDashed ? [4, 4] : [],
    pointRadius: values.length > 40 ? 0 : 2,
    pointHoverRadius: 4,
    spanGaps: true,
    // Otherwise a line along the upper edge would be clipped.
    clip: 4 as const,
    tension: 0.25,
  };
}

/** The space between the axis's figures: a power of 2, because sizes are printed in powers of 1024. */
function byteStepOf({ series }: ChartSketch): number {
  const most = Math.max(1, ...series.flatMap(({ values }) => values.map((it) => it ?? 0)));
  return 2 ** Math.ceil(Math.log2(most / 5));
}

function optionsOf(view: ChartSketch, color: (name: string) => string) {
  const { unit } = view;
  const muted = color('--muted');
  const font = { family: getComputedStyle(document.body).fontFamily, size: 11 };
  return {
    animation: false as const,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'index' as const, intersect: false },
    scales: {
      x: {
        stacked: view.kind === 'bars',
        grid: { display: false },
        border: { color: color('--line') },
        ticks: { color: muted, font, maxRotation: 0, autoSkipPadding: 24 },
      },
      y: {
        stacked: view.kind === 'bars',
        beginAtZero: true,
        ...(unit === 'percent' ? { min: 0, max: 100 } : {}),
        grid: { color: color('--line') },
        border: { display: false },
        ticks: {
          color: muted,
          font,
          maxTicksLimit: 6,
          ...(unit === 'bytes' ? { stepSize: byteStepOf(view) } : {}),
          callback: (value: string | number) => formatValue(Number(value), unit),
        },
      },
    },
    plugins: { tooltip: tooltipOf(view, color, font) },
  };
}

function tooltipOf(
  { exact, unit }: ChartSketch,
  color: (name: string) => string,
  font: { family: string },
) {
  return {
    backgroundColor: color('--surface'),
    borderColor: color('--line-strong'),
    borderWidth: 1,
    titleColor: color('--ink'),
    bodyColor: color('--ink'),
    titleFont: { ...font, size: 12 },
    bodyFont: { ...font, size: 12 },
    padding: 10,
    boxPadding: 4,
    cornerRadius: 10,
    usePointStyle: true,
    callbacks: {
      title: ([item]: { dataIndex: number }[]) => exact[item?.dataIndex ?? 0] ?? '',
      label: (item: TooltipItem<'line' | 'bar'>) =>
        `${item.dataset.label ?? ''}: ${formatValue(item.parsed.y, unit)}`,
    },
  };
}
