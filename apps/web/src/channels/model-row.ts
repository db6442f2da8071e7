import { formatLatency, formatRate, formatSpan } from '../format/duration.ts';
import { formatAgo } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { LatestModel } from './channel.ts';
import { type ModelState, modelState } from './channel-state.ts';
import { historyPaths, type TonePaths } from './tick-paths.ts';

/** Everything that a model's row shows, ready to print. */
export interface ModelRow {
  model: string;
  protocol: LatestModel['protocol'];
  protocolText: string;
  state: ModelState;
  tone: keyof TonePaths;
  stateText: string;
  latency: string;
  firstToken: string;
  rate: string;
  /** The kind of failure in the reader's words, then the provider's own. */
  kindText: string;
  error: string;
  sinceText: string;
  stripLabel: string;
  strip: TonePaths;
  /** Checks in the strip, at least 1: a slider's range can't be empty. */
  count: number;
}

export function modelRow(latest: LatestModel, nowS: number, translator: Translator): ModelRow {
  const { t } = translator;
  const history = latest.history ?? [];
  const state = modelState(latest);
  return {
    model: latest.model,
    protocol: latest.protocol,
    protocolText: t(`protocol.${latest.protocol}`),
    state,
    tone: state === 'skipped' ? 'idle' : state,
    stateText: t(`models.${state}`),
    latency: state === 'skipped' ? '—' : formatLatency(latest.duration),
    firstToken: formatLatency(latest.first_token_s),
    rate: formatRate(latest.output_tokens_per_s),
    kindText: latest.success || !latest.error_kind ? '' : t(`kind.${latest.error_kind}`),
    error: latest.success ? '' : (latest.error ?? ''),
    sinceText: state === 'bad' ? sinceOf(latest, nowS, translator) : '',
    stripLabel: t('strip.label', {
      model: latest.model,
      success: history.filter((it) => it.success).length,
      count: history.length,
    }),
    strip: historyPaths(history),
    count: Math.max(1, history.length),
  };
}

function sinceOf(latest: LatestModel, nowS: number, translator: Translator): string {
  const { t } = translator;
  const parts: string[] = [];
  if (latest.state_since !== null && nowS - latest.state_since >= 60) {
    parts.push(t('models.since', { duration: formatSpan(nowS - latest.state_since, translator) }));
  }
  parts.push(
    latest.last_success_at === null
      ? t('models.never_ok')
      : t('models.last_ok', { ago: formatAgo(latest.last_success_at, nowS, translator) }),
  );
  return parts.join(' · ');
}
