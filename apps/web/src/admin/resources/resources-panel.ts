import type { Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { ResourceSample } from '../../api/wire-types.ts';
import type { ChartSketch } from '../../charts/chart-sketch.ts';
import { formatBytes, formatCores } from '../../format/amount.ts';
import { formatSpan } from '../../format/duration.ts';
import { formatSeconds } from '../../format/time.ts';
import type { Translator } from '../../i18n/translate.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

const sampleEveryMs = 2000;
const mostPoints = 150;
const tableRows = 10;

/** The monitor's use of CPU and memory, sampled while the tab is open. */
export function createResourcesPanel({ client, language, attempt, setTimer, view }: AdminParts) {
  let cancelTimer = () => {};
  let isShown = false;
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    sample: initially<ResourceSample | null>(null),
    points: initially<ResourcePoint[]>([]),
    get cpuChart() {
      return sketchOf(this.points, 'cores', language.translator);
    },
    get memoryChart() {
      return sketchOf(this.points, 'bytes', language.translator);
    },
    get facts() {
      return this.sample ? factsOf(this.sample, this.points, language.translator) : [];
    },
    get table() {
      return this.points
        .slice(-tableRows)
        .reverse()
        .map(({ timeMs, container, process }) => ({
          time: formatSeconds(timeMs / 1000, language.translator),
          cores: formatCores(container.cores ?? process.cores),
          memory: formatBytes(container.bytes ?? process.bytes),
        }));
    },
    get detail() {
      return this.sample?.container.detail ?? '';
    },
    init() {
      const leave = () => {
        isShown = false;
        cancelTimer();
      };
      view.follow({ tab: 'resources', show: () => this.load(), leave });
    },
    /** Takes samples until the tab is left. */
    async load() {
      if (isShown) return;
      isShown = true;
      await this.takeSample();
    },
    async takeSample(): Promise<void> {
      await attempt(this, async () => {
        const sample = await answerOf(client.api.admin.resources.$get());
        this.points = [...this.points, pointOf(sample, this.sample)].slice(-mostPoints);
        this.sample = sample;
        this.phase = 'ready';
      });
      if (this.phase === 'loading') this.phase = 'failed';
      if (isShown) cancelTimer = setTimer(() => void this.takeSample(), sampleEveryMs);
    },
  };
}

/** A point of the charts; null if the machine doesn't report it. Cores are a mean since the last sample. */
interface ResourcePoint {
  timeMs: number;
  container: Usage;
  process: Usage;
}

interface Usage {
  cores: number | null;
  bytes: number | null;
}

function pointOf(sample: ResourceSample, before: ResourceSample | null): ResourcePoint {
  const spanS = before ? (sample.sample_time_ms - before.sample_time_ms) / 1000 : 0;
  const coresOf = (now: number | null, then: number | null | undefined) =>
    spanS <= 0 || now === null || then == null ? null : Math.max(0, (now - then) / spanS);
  const { container, process } = sample;
  return {
    timeMs: sample.sample_time_ms,
    container: {
      cores: coresOf(container.cpu_usage_seconds_total, before?.container.cpu_usage_seconds_total),
      bytes: container.memory_usage_bytes,
    },
    process: {
      cores: coresOf(process.cpu_usage_seconds_total, before?.process.cpu_usage_seconds_total),
      bytes: process.memory_rss_bytes,
    },
  };
}

function sketchOf(
  points: readonly ResourcePoint[],
  unit: keyof Usage,
  translator: Translator,
): ChartSketch {
  const times = points.map(({ timeMs }) => formatSeconds(timeMs / 1000, translator));
  const line = (name: 'container' | 'process', color: 'run' | 'ok') => ({
    name: translator.t(`admin.resources.${name}`),
    color,
    isDashed: false,
    values: points.map((point) => point[name][unit]),
  });
  const series = [line('container', 'run'), line('process', 'ok')];
  return { kind: 'line', unit, labels: times, exact: times, series };
}

function factsOf(
  { container, process }: ResourceSample,
  points: readonly ResourcePoint[],
  translator: Translator,
) {
  const { t } = translator;
  const last = points.at(-1);
  const of = (value: string, limit: string) =>
    limit === '—' ? value : t('admin.resources.of', { value, limit });
  const cores = formatCores(last?.container.cores ?? last?.process.cores ?? null);
  const bytes = formatBytes(last?.container.bytes ?? last?.process.bytes ?? null);
  return [
    { label: t('admin.resources.cpu'), value: of(cores, formatCores(container.cpu_limit_cores)) },
    {
      label: t('admin.resources.memory'),
      value: of(bytes, formatBytes(container.memory_limit_bytes)),
    },
    { label: t('admin.resources.own'), value: formatBytes(process.memory_rss_bytes) },
    { label: t('admin.resources.uptime'), value: formatSpan(process.uptime_s, translator) },
  ];
}
