import { liveFieldsOf } from '@api-monitor/core';
import { formatLatency, formatRate, formatSpan } from '../format/duration.ts';
import { formatAgo, formatMoment } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Channel, LatestModel } from './channel.ts';
import { modelState, type Tone } from './channel-state.ts';
import { routeChips } from './evidence-mark.ts';
import { historyPaths } from './tick-paths.ts';
import { kindText } from './wording/kind-text.ts';
import { purposeText } from './wording/purpose-text.ts';

export type ModelRow = ReturnType<typeof modelRow>;

/** Everything that a model's row shows, ready to print. */
export function modelRow(
  latest: LatestModel,
  channel: Pick<Channel, 'fault' | 'interval_min'>,
  nowS: number,
  translator: Translator,
) {
  const { t } = translator;
  const history = latest.history ?? [];
  const state = modelState(latest);
  const { headline, gone_at } = latest;
  const wasAsked = latest.error_kind !== 'skipped' && latest.error_kind !== 'gated';
  return {
    model: latest.model,
    state,
    tone: toneOfRow(latest),
    stateText: t(`models.state.${gone_at === null ? headline.state : 'gone'}`),
    routes: routeChips(latest, channel, nowS, translator),
    routesLabel: t('mark.routes', { model: latest.model }),
    /** For a model of which no route is known. */
    purposeText: purposeText(latest.model, translator),
    markText: t(`mark.${headline.state}`),
    goneText:
      gone_at === null ? '' : t('models.gone.since', { time: formatMoment(gone_at, translator) }),
    latency: wasAsked ? formatLatency(latest.duration) : '—',
    firstToken: formatLatency(latest.first_token_s),
    firstTokenHint: firstTokenHint(latest, translator),
    rate: formatRate(latest.output_tokens_per_s),
    trouble: troubleOf(latest, nowS, translator),
    live: liveOf(latest, translator),
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

function toneOfRow(latest: LatestModel): Tone {
  const state = modelState(latest);
  const { rest, is_wrong_answer } = latest.headline;
  return state === 'ok' && (rest !== 'none' || is_wrong_answer) ? 'warn' : state;
}

/** The first token of what clients got, beside that of the latest check. */
function firstTokenHint(latest: LatestModel, { t }: Translator): string {
  const { live_first_byte_s } = liveFieldsOf(latest);
  return live_first_byte_s === null
    ? ''
    : t('traffic.first_token', { time: formatLatency(live_first_byte_s) });
}

/** Why a model doesn't work; null if it does, or if the whole channel is at fault and says so itself. */
function troubleOf(latest: LatestModel, nowS: number, translator: Translator) {
  const { headline, status_code } = latest;
  if (modelState(latest) !== 'bad' || headline.is_channel_fault) return null;
  const { error_kind, error } = headline;
  // The latest check may have failed in another way than the headline says.
  const status = error_kind === latest.error_kind ? status_code : null;
  return {
    /** The kind of failure in the reader's words; `error` is in the provider's own. */
    kindText: error_kind ? kindText(error_kind, status, translator) : '',
    error: error ?? '',
    sinceText: sinceOf(latest, nowS, translator),
  };
}

/** Failures of clients' requests to a model that is still proven; null if there are none. */
function liveOf(latest: LatestModel, { count }: Translator) {
  const { live_failures, live_failed_at, live_error } = liveFieldsOf(latest);
  if (live_failures === 0 || modelState(latest) === 'bad') return null;
  const { rest, retry_at } = latest.headline;
  return {
    countText: count('traffic.failures', live_failures),
    failedAt: live_failed_at,
    error: live_error ?? '',
    /** Nothing is sent before; null if the model is served on another route all the while. */
    retryAt: rest === 'none' ? null : retry_at,
  };
}

function sinceOf(latest: LatestModel, nowS: number, translator: Translator): string {
  const { t } = translator;
  const { since } = latest.headline;
  const parts: string[] = [];
  if (since !== null && nowS - since >= 60) {
    parts.push(t('models.since', { duration: formatSpan(nowS - since, translator) }));
  }
  const provedAt = lastProof(latest);
  parts.push(
    provedAt === null
      ? t('models.never_ok')
      : t('models.last_ok', { ago: formatAgo(provedAt, nowS, translator) }),
  );
  return parts.join(' · ');
}

function lastProof({ evidence, last_success_at }: LatestModel): number | null {
  const times = [last_success_at, ...evidence.map(({ proved_at }) => proved_at)];
  const latest = Math.max(...times.map((time) => time ?? 0));
  return latest === 0 ? null : latest;
}
