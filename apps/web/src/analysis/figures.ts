import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';
import { formatLatency, formatPercent } from '../format/duration.ts';
import { toneOfUptime } from '../format/public-tone.ts';
import type { Translator } from '../i18n/translate.ts';

/** What the API returns about a channel or a model over time. */
export type Analysis = Omit<
  InferResponseType<ApiClient['api']['targets'][':id']['analysis']['$get'], 200>,
  'target'
>;
/** The figures of the whole range, and of each of its steps. */
export type Figures = Analysis['total'];
export type NamedFigures = Analysis['items'][number];

interface Named {
  key: string;
  name: string;
  href: string;
}

/** A table's row of figures, ready to print. */
export function figureLine(named: Named, figures: Figures, { t, formats }: Translator) {
  return {
    ...named,
    tone: toneOfUptime(figures.availability),
    availability: formatPercent(figures.availability),
    probes: formats.number.format(figures.probes),
    failures: formats.number.format(figures.probes - figures.successes),
    latencyP50: formatLatency(figures.latency_p50_s),
    latencyP95: formatLatency(figures.latency_p95_s),
    firstTokenP50: formatLatency(figures.first_token_p50_s),
    firstTokenP95: formatLatency(figures.first_token_p95_s),
    errors: [
      ...figures.errors.slice(0, 2).map(({ kind, count }) => [t(`kind.${kind}`), count] as const),
      ...(figures.wrong_answers > 0 ? [[t('analysis.wrong'), figures.wrong_answers] as const] : []),
    ]
      .map(([name, count]) => `${name} ${formats.number.format(count)}`)
      .join(' · '),
  };
}
