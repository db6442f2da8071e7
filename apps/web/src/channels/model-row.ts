import { formatLatency, formatRate, formatSpan } from '../format/duration.ts';
import { formatAgo } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { LatestModel } from './channel.ts';
import { type ModelState, modelState, type Tone } from './channel-state.ts';
import { liveTone, liveTrouble } from './live-traffic.ts';
import { historyPaths } from './tick-paths.ts';

export type ModelRow = ReturnType<typeof modelRow>;
type LiveLine = ReturnType<typeof liveLine>;

/** Everything that a model's row shows, ready to print. */
export function modelRow(latest: LatestModel, nowS: number, translator: Translator) {
  const { t } = translator;
  const history = latest.history ?? [];
  const state = modelState(latest);
  const live = liveLine(latest, translator);
  return {
    model: latest.model,
    protocol: latest.protocol,
    protocolText: t(`protocol.${latest.protocol}`),
    state,
    tone: rowTone(state, live),
    stateText: t(`models.${state}`),
    latency: state === 'skipped' ? '—' : formatLatency(latest.duration),
    firstToken: formatLatency(latest.first_token_s),
    /** The time to the first byte in live traffic; empty if there was none. */
    liveFirstByteText:
      latest.live_first_byte_s === null
        ? ''
        : t('traffic.first_byte', { time: formatLatency(latest.live_first_byte_s) }),
    rate: formatRate(latest.output_tokens_per_s),
    /** The kind of failure in the reader's words; `error` is in the provider's own. */
    kindText: latest.success || !latest.error_kind ? '' : t(`kind.${latest.error_kind}`),
    error: latest.success ? '' : (latest.error ?? ''),
    sinceText: state === 'bad' ? sinceOf(latest, nowS, translator) : '',
    live,
    stripLabel: t('strip.label', {
      model: latest.model,
      success: history.filter((it) => it.success).length,
      count: history.length,
    }),
    strip: historyPaths(history),
    /** Checks in the strip: at least 1, because a slider's range can't be empty. */
    count: Math.max(1, history.length),
  };
}

function rowTone(state: ModelState, live: LiveLine): Tone {
  if (state === 'bad') return 'bad';
  if (live.countText !== '') return live.tone;
  return state === 'ok' ? 'ok' : 'idle';
}

/** Describes failures of live traffic to a model; `countText` is empty if there are none. */
function liveLine(latest: LatestModel, { count }: Translator) {
  const { failures = 0, failedAt = null, error = '', isBreakerOpen } = liveTrouble(latest) ?? {};
  const tone = liveTone(latest);
  return {
    tone: tone ?? 'warn',
    countText: tone === null ? '' : count('traffic.failures', failures),
    failedAt,
    error,
    isBreakerOpen: isBreakerOpen ?? false,
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
