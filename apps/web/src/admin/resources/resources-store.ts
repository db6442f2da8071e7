import { type ApiClient, answerOf } from '../../api/client.ts';
import type { ChartSketch } from '../../charts/chart-sketch.ts';
import { formatBytes, formatCores } from '../../format/amount.ts';
import { formatSpan } from '../../format/duration.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import { addSample, type ResourcePoint, type ResourceSample } from './resource-samples.ts';

/** What the monitor uses of its machine, sampled while it is looked at. */
export interface ResourcesStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  points: ResourcePoint[];
  sample: ResourceSample | null;
  readonly cpuChart: ChartSketch;
  readonly memoryChart: ChartSketch;
  readonly facts: { label: string; value: string }[];
  readonly table: { time: string; cores: string; memory: string }[];
  readonly detail: string;
  /** Takes samples until `leave`. */
  load(): Promise<void>;
  leave(): void;
}

interface ResourcesOptions {
  client: ApiClient;
  language: LanguageStore;
  attempt: Attempt;
  setTimer(callback: () => void, delayMs: number): () => void;
}

const sampleEveryMs = 2000;
const tableRows = 10;

const cores: Plotted = {
  unit: 'cores',
  container: (point) => point.containerCores,
  process: (point) => point.processCores,
};
const memory: Plotted = {
  unit: 'bytes',
  container: (point) => point.containerBytes,
  process: (point) => point.processBytes,
};

export function createResourcesStore(options: ResourcesOptions): ResourcesStore {
  const { client, language, attempt, setTimer } = options;
  let cancelTimer = () => {};
  let isShown = false;

  const takeSample = async (store: ResourcesStore) => {
    await attempt(store, async () => {
      const sample = await answerOf(client.api.admin.resources.$get());
      store.points = addSample(store.points, store.sample, sample);
      store.sample = sample;
      store.phase = 'ready';
    });
    if (store.phase === 'loading') store.phase = 'failed';
    if (!isShown) return;
    cancelTimer = setTimer(() => void takeSample(store), sampleEveryMs);
  };

  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    points: [],
    sample: null,
    get cpuChart() {
      const { points } = this;
      return sketchOf(points, cores, language);
    },
    get memoryChart() {
      const { points } = this;
      return sketchOf(points, memory, language);
    },
    get facts() {
      return factsOf(this, language);
    },
    get table() {
      return this.points
        .slice(-tableRows)
        .reverse()
        .map((point) => ({
          time: timeIn(language)(point.timeMs),
          cores: formatCores(point.containerCores ?? point.processCores),
          memory: formatBytes(point.containerBytes ?? point.processBytes),
        }));
    },
    get detail() {
      return this.sample?.container.detail ?? '';
    },
    async load() {
      if (isShown) return;
      isShown = true;
      await takeSample(this);
    },
    leave() {
      isShown = false;
      cancelTimer();
    },
  };
}

interface Plotted {
  unit: ChartSketch['unit'];
  container(point: ResourcePoint): number | null;
  process(point: ResourcePoint): number | null;
}

function sketchOf(
  points: readonly ResourcePoint[],
  { unit, container, process }: Plotted,
  language: LanguageStore,
): ChartSketch {
  const { t } = language.translator;
  const times = points.map(({ timeMs }) => timeIn(language)(timeMs));
  const line = (name: string, color: 'run' | 'ok', of: Plotted['process']) => {
    return { name, color, isDashed: false, values: points.map(of) };
  };
  return {
    kind: 'line',
    unit,
    labels: times,
    exact: times,
    series: [
      line(t('admin.resources.container'), 'run', container),
      line(t('admin.resources.process'), 'ok', process),
    ],
  };
}

function factsOf({ sample, points }: ResourcesStore, { translator }: LanguageStore) {
  if (!sample) return [];
  const { t } = translator;
  const last = points.at(-1);
  const { cpu_limit_cores, memory_limit_bytes } = sample.container;
  const of = (value: string, limit: string) =>
    limit === '—' ? value : t('admin.resources.of', { value, limit });
  return [
    {
      label: t('admin.resources.cpu'),
      value: of(
        formatCores(last?.containerCores ?? last?.processCores ?? null),
        formatCores(cpu_limit_cores),
      ),
    },
    {
      label: t('admin.resources.memory'),
      value: of(
        formatBytes(last?.containerBytes ?? last?.processBytes ?? null),
        formatBytes(memory_limit_bytes),
      ),
    },
    { label: t('admin.resources.own'), value: formatBytes(sample.process.memory_rss_bytes) },
    { label: t('admin.resources.uptime'), value: formatSpan(sample.process.uptime_s, translator) },
  ];
}

function timeIn({ translator }: LanguageStore): (timeMs: number) => string {
  const format = new Intl.DateTimeFormat(translator.language, { timeStyle: 'medium' });
  return (timeMs) => format.format(timeMs);
}
