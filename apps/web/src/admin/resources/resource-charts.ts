import {
  CategoryScale,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { formatBytes, formatCores, type ResourcePoint } from './resource-samples.ts';

Chart.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  CategoryScale,
  Tooltip,
  Filler,
);

interface Series {
  label: string;
  /** The name of a custom property of the palette. */
  colour: string;
  valueOf(point: ResourcePoint): number | null;
}

export interface ResourceChart {
  draw(points: readonly ResourcePoint[], formatTime: (timeMs: number) => string): void;
  close(): void;
}

/** A line chart of the last samples in a canvas; the table behind it is the markup's. */
export function createResourceChart(
  canvas: HTMLCanvasElement,
  series: readonly Series[],
  unit: 'cores' | 'bytes',
): ResourceChart {
  const format = unit === 'cores' ? formatCores : formatBytes;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 11;
  const chart = new Chart(canvas, {
    type: 'line',
    data: {
      labels: [] as string[],
      datasets: series.map(({ label }) => ({ label, data: [] as (number | null)[] })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      elements: { point: { radius: 0, hitRadius: 12 }, line: { borderWidth: 2, tension: 0.25 } },
      scales: {
        x: { ticks: { maxTicksLimit: 5, maxRotation: 0 }, grid: { display: false } },
        y: {
          beginAtZero: true,
          ticks: { maxTicksLimit: 4, callback: (value) => format(Number(value)) },
        },
      },
      plugins: {
        tooltip: {
          callbacks: { label: (item) => `${item.dataset.label}: ${format(item.parsed.y ?? null)}` },
        },
      },
    },
  });
  return {
    draw(points, formatTime) {
      paint(chart, series);
      chart.data.labels = points.map((point) => formatTime(point.timeMs));
      chart.data.datasets.forEach((dataset, index) => {
        dataset.data = points.map((point) => series[index]?.valueOf(point) ?? null);
      });
      chart.update();
    },
    close: () => chart.destroy(),
  };
}

/** In the colours of the theme that is shown now. */
function paint(chart: Chart<'line', (number | null)[]>, series: readonly Series[]): void {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  chart.data.datasets.forEach((dataset, index) => {
    dataset.borderColor = colour(series[index]?.colour ?? '--run');
  });
  for (const scale of Object.values(chart.options.scales ?? {})) {
    if (!scale) continue;
    scale.ticks = { ...scale.ticks, color: colour('--muted') };
    scale.grid = { ...scale.grid, color: colour('--line') };
    scale.border = { ...scale.border, color: colour('--line') };
  }
}
