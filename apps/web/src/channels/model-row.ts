import { formatLatency, formatRate, formatSpan } from '../format/duration.ts';
import { formatAgo } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { LatestModel } from './channel.ts';
import { type ModelState, modelState, type Tone } from './channel-state.ts';
import { type LiveTone, liveTone, liveTrouble } from './live-traffic.ts';
import { historyPaths, type TonePaths } from './tick-paths.ts';

/** How live traffic fails on a model; `countText` is empty where it does not. */
export interface LiveLine {
  tone: LiveTone;
  countText: string;
  failedAt: number | null;
  error: string;
  isBreakerOpen: boolean;
}

/** Everything that a model's row shows, ready to print. */
export interface ModelRow {
  model: string;
  protocol: LatestModel['protocol'];
  protocolText: string;
  state: ModelState;
  tone: Tone;
  stateText: string;
  latency: string;
  firstToken: string;
  /** The same as live traffic measures it; empty where it has not. */
  liveFirstByteText: string;
  rate: string;
  /** The kind of failure in the reader's words, then the provider's own. */
  kindText: string;
  error: string;
  sinceText: string;
  live: LiveLine;
  stripLabel: string;
  strip: TonePaths;
  /** Checks in the strip, at least 1: a slider's range can't be empty. */
  count: number;
}

export function modelRow(latest: LatestModel, nowS: number, translator: Translator): ModelRow {
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
    liveFirstByteText:
      latest.live_first_byte_s === null
        ? ''
        : t('traffic.first_byte', { time: formatLatency(latest.live_first_byte_s) }),
    rate: formatRate(latest.output_tokens_per_s),
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
    count: Math.max(1, history.length),
  };
}

function rowTone(state: ModelState, live: LiveLine): Tone {
  if (state === 'bad') return 'bad';
  if (live.countText !== '') return live.tone;
  return state === 'ok' ? 'ok' : 'idle';
}

/** Never null: markup that goes may read it once more. */
const noLiveLine: LiveLine = {
  tone: 'warn',
  countText: '',
  failedAt: null,
  error: '',
  isBreakerOpen: false,
};

function liveLine(latest: LatestModel, { count }: Translator): LiveLine {
  const trouble = liveTrouble(latest);
  const tone = liveTone(latest);
  if (!trouble || !tone) return noLiveLine;
  const { failures, ...shown } = trouble;
  return { ...shown, tone, countText: count('traffic.failures', failures) };
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
