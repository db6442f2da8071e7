import type { ProbeRow } from '@api-monitor/core';
import { formatLatency } from '../format/duration.ts';
import { formatExactTime, formatMoment } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { probeStatusOf, probeTones } from './filter-probes.ts';

/** A probe's row in the list, ready to print. */
export interface ProbeLine {
  id: number;
  /** Its place in the list, from 0. */
  index: number;
  tone: 'ok' | 'bad' | 'idle';
  model: string;
  statusText: string;
  codeText: string;
  /** Why it failed; empty where it did not. */
  kindText: string;
  latency: string;
  firstToken: string;
  protocolText: string;
  route: string;
  endpoint: string;
  /** The answer, or the error. */
  note: string;
  time: string;
  exactTime: string;
}

export function probeLine(probe: ProbeRow, index: number, translator: Translator): ProbeLine {
  const { t } = translator;
  const status = probeStatusOf(probe);
  return {
    id: probe.id,
    index,
    tone: probeTones[status],
    model: probe.model,
    statusText: t(`viewer.status.${status}`),
    codeText: probe.status_code === null ? '—' : String(probe.status_code),
    kindText: probe.error_kind ? t(`kind.${probe.error_kind}`) : '',
    latency: status === 'skipped' ? '—' : formatLatency(probe.duration),
    firstToken: formatLatency(probe.first_token_s),
    protocolText: t(`protocol.${probe.protocol}`),
    route: probe.route,
    endpoint: probe.endpoint,
    note: probe.success ? probe.content : (probe.error ?? ''),
    time: formatMoment(probe.timestamp, translator),
    exactTime: formatExactTime(probe.timestamp, translator),
  };
}
