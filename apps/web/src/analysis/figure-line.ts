import { formatLatency, formatPercent } from '../format/duration.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Figures } from './figures.ts';

/** A row of figures, ready to print. */
export interface FigureLine {
  key: string;
  name: string;
  href: string;
  tone: 'ok' | 'warn' | 'bad' | 'idle';
  availability: string;
  probes: string;
  failures: string;
  latencyP50: string;
  latencyP95: string;
  firstTokenP50: string;
  firstTokenP95: string;
  errors: string;
}

export function figureLine(
  { key, name, href }: Pick<FigureLine, 'key' | 'name' | 'href'>,
  figures: Figures,
  { t, formats }: Translator,
): FigureLine {
  return {
    key,
    name,
    href,
    tone: toneOfFigures(figures),
    availability: formatPercent(figures.availability),
    probes: formats.number.format(figures.probes),
    failures: formats.number.format(figures.probes - figures.successes),
    latencyP50: formatLatency(figures.latency_p50_s),
    latencyP95: formatLatency(figures.latency_p95_s),
    firstTokenP50: formatLatency(figures.first_token_p50_s),
    firstTokenP95: formatLatency(figures.first_token_p95_s),
    errors: figures.errors
      .slice(0, 2)
      .map(({ kind, count }) => `${t(`kind.${kind}`)} ${formats.number.format(count)}`)
      .join(' · '),
  };
}

export function toneOfFigures({ availability }: Figures): FigureLine['tone'] {
  if (availability === null) return 'idle';
  if (availability >= 99) return 'ok';
  return availability >= 90 ? 'warn' : 'bad';
}
