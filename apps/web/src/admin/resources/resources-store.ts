import { type ApiClient, answerOf } from '../../api/client.ts';
import { formatSpan } from '../../format/duration.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import type { ResourceChart } from './resource-charts.ts';
import {
  addSample,
  formatBytes,
  formatCores,
  type ResourcePoint,
  type ResourceSample,
} from './resource-samples.ts';

/** What the monitor uses of its machine, sampled while it is looked at. */
export interface ResourcesStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  points: ResourcePoint[];
  sample: ResourceSample | null;
  readonly facts: { label: string; value: string }[];
  readonly table: { time: string; cores: string; memory: string }[];
  readonly detail: string;
  /** Takes samples until `leave`. */
  load(): Promise<void>;
  leave(): void;
}

interface Canvases {
  cpu: HTMLCanvasElement;
  memory: HTMLCanvasElement;
}

interface ResourcesOptions {
  client: ApiClient;
  language: LanguageStore;
  attempt: Attempt;
  canvases(): Canvases;
  setTimer(callback: () => void, delayMs: number): () => void;
}

const sampleEveryMs = 2000;
const tableRows = 10;

export function createResourcesStore(options: ResourcesOptions): ResourcesStore {
  const { client, language, attempt, setTimer } = options;
  // Chart instances have private fields: they stay out of the reactive state.
  let charts: ResourceChart[] = [];
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
    for (const chart of charts) chart.draw(store.points, timeIn(language));
    cancelTimer = setTimer(() => void takeSample(store), sampleEveryMs);
  };

  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    points: [],
    sample: null,
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
      if (charts.length === 0) charts = await drawnIn(options.canvases(), language);
      await takeSample(this);
    },
    leave() {
      isShown = false;
      cancelTimer();
    },
  };
}

/** Chart.js comes only to those who look. */
async function drawnIn({ cpu, memory }: Canvases, language: LanguageStore) {
  const { createResourceChart } = await import('./resource-charts.ts');
  const { t } = language.translator;
  const [whole, own] = [t('admin.resources.container'), t('admin.resources.process')];
  return [
    createResourceChart(
      cpu,
      [
        { label: whole, colour: '--run', valueOf: (point) => point.containerCores },
        { label: own, colour: '--ok', valueOf: (point) => point.processCores },
      ],
      'cores',
    ),
    createResourceChart(
      memory,
      [
        { label: whole, colour: '--run', valueOf: (point) => point.containerBytes },
        { label: own, colour: '--ok', valueOf: (point) => point.processBytes },
      ],
      'bytes',
    ),
  ];
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
