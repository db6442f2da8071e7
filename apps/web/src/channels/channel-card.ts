import { formatPercent } from '../format/duration.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Channel, WireProtocol } from './channel.ts';
import { channelState, countModels, modelState, toneOf } from './channel-state.ts';
import { type LiveTone, liveTone } from './live-traffic.ts';
import { segmentBar } from './tick-paths.ts';

export type ChannelCard = ReturnType<typeof channelCard>;

/** Everything that a card shows, ready to print. */
export function channelCard(channel: Channel, translator: Translator) {
  const { t, count } = translator;
  const counts = countModels(channel.latest_models);
  const total = counts.ok + counts.bad;
  const state = channelState(channel);
  return {
    id: channel.id,
    name: channel.name,
    baseUrl: channel.base_url,
    sourceUrl: safeLink(channel.source_url),
    state,
    stateText: t(`status.${state}`),
    /** Whether the state is in a badge, because nothing else on the card shows it. */
    hasStateBadge: toneOf(state) !== 'ok' && state !== 'live_failing',
    tone: toneOf(state),
    running: channel.running,
    enabled: channel.enabled,
    /** Nothing runs, and nothing is scheduled. */
    isPaused: !channel.enabled && !channel.running,
    canOperate: channel.can_operate,
    rateText: total === 0 ? '—' : formatPercent(Math.floor((counts.ok / total) * 1000) / 10),
    countText: total === 0 ? '' : t('card.passed', { success: counts.ok, total }),
    skippedText: counts.skipped === 0 ? '' : count('card.skipped', counts.skipped),
    barLabel: t('card.bar', { success: counts.ok, total }),
    bar: segmentBar(channel.latest_models),
    protocols: protocolCounts(channel, translator),
    live: liveOf(channel, translator),
    error: channel.running ? '' : errorOf(channel),
    ...progressOf(channel, translator),
    lastRunAt: channel.last_run_at,
    nextRunAt: channel.enabled && !channel.running ? channel.next_run_at : null,
  };
}

/** The address if it is http or https, else null: a link to anything else could run a stored script. */
export function safeLink(raw: string | null): string | null {
  const url = raw === null ? null : URL.parse(raw);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null;
}

/** Describes failures of live traffic; empty if there are none or the channel is paused. */
function liveOf(
  { enabled, latest_models }: Channel,
  { count }: Translator,
): { text: string; tone: LiveTone } {
  const tones = enabled ? latest_models.map(liveTone).filter((it) => it !== null) : [];
  return {
    text: tones.length === 0 ? '' : count('traffic.failing', tones.length),
    tone: tones.includes('bad') ? 'bad' : 'warn',
  };
}

function errorOf(channel: Channel): string {
  return channel.last_status === 'error' ? (channel.last_error ?? '') : '';
}

function progressOf(channel: Channel, { t }: Translator) {
  if (!channel.running) return { progressText: '', progress: null };
  const progress = channel.run_progress;
  if (!progress || progress.total === 0) {
    return { progressText: t('card.listing'), progress: null };
  }
  return {
    progressText: t('card.progress', { ...progress }),
    progress: progress.done / progress.total,
  };
}

const shownProtocols: readonly WireProtocol[] = ['openai', 'anthropic', 'gemini'];

function protocolCounts(channel: Channel, { t }: Translator) {
  return shownProtocols.flatMap((protocol) => {
    const judged = channel.latest_models.filter(
      (it) => it.protocol === protocol && modelState(it) !== 'skipped',
    );
    if (judged.length === 0) return [];
    const ok = judged.filter((it) => it.success).length;
    const failing = ok < judged.length;
    const label = t(`protocol.${protocol}`);
    return [{ protocol, label, count: failing ? `${ok}/${judged.length}` : `${ok}`, failing }];
  });
}
