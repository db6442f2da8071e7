import type { ErrorKind, WireProtocol } from '@api-monitor/core';
import type { Range } from './analysis-address.ts';

/** The figures of a range, and of each of its steps, as the api tells them. */
export interface Figures {
  probes: number;
  successes: number;
  availability: number | null;
  latency_p50_s: number | null;
  latency_p95_s: number | null;
  first_token_p50_s: number | null;
  first_token_p95_s: number | null;
  errors: { kind: ErrorKind; count: number }[];
  series: {
    probes: number[];
    successes: number[];
    latency_p50_s: (number | null)[];
    latency_p95_s: (number | null)[];
    first_token_p50_s: (number | null)[];
    first_token_p95_s: (number | null)[];
    errors: { kind: ErrorKind; counts: number[] }[];
  };
}

export interface NamedFigures extends Figures {
  target_id: number;
  target_name: string;
  model: string;
  protocol: WireProtocol;
}

export interface Analysis {
  range: Range;
  from: number;
  to: number;
  step_s: number;
  accuracy: number;
  steps: number[];
  total: Figures;
  items: NamedFigures[];
}

/** Percent of each step that passed; null where nothing was checked. */
export function availabilitySeries({ series }: Pick<Figures, 'series'>): (number | null)[] {
  return series.probes.map((probes, step) =>
    probes === 0 ? null : (100 * (series.successes[step] ?? 0)) / probes,
  );
}
