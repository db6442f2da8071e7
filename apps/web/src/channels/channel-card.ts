import { evidenceRoutes, isRouteOff, percentOf } from '@api-monitor/core';
import { formatBalance, formatDaysLeft } from '../format/balance.ts';
import { formatPercent } from '../format/duration.ts';
import { formatExactTime } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Channel, WireProtocol } from './channel.ts';
import { channelState, countModels, modelState, toneOf } from './channel-state.ts';
import { segmentBar } from './tick-paths.ts';
import { channelProblem } from './wording/channel-problem.ts';
import { keyStateText } from './wording/key-state-text.ts';

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
    tags: channel.tags,
    managedBy: channel.managed_by,
    managedText: channel.managed_by === null ? '' : t('card.managed', { file: channel.managed_by }),
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
    rateText: formatPercent(percentOf(counts.ok, total)),
    countText: total === 0 ? '' : t('card.passed', { success: counts.ok, total }),
    skippedText: counts.skipped === 0 ? '' : count('card.skipped', counts.skipped),
    goneText: counts.gone === 0 ? '' : count('card.gone', counts.gone),
    barLabel: t('card.bar', { success: counts.ok, total }),
    bar: segmentBar(channel.latest_models),
    protocols: protocolCounts(channel, translator),
    liveText: channel.enabled && counts.resting > 0 ? count('traffic.failing', counts.resting) : '',
    wrongText: channel.enabled && counts.wrong > 0 ? count('card.wrong', counts.wrong) : '',
    problem: channelProblem(channel, translator),
    ...keysOf(channel, translator),
    balance: balanceOf(channel, translator),
    usageText: usageOf(channel, translator),
    concurrencyText: concurrencyOf(channel, translator),
    unservedText: unservedOf(channel, translator),
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

/** What is left at the channel, and for how long; null for visitors, and if nobody knows. */
function balanceOf({ balance }: Channel, translator: Translator) {
  if (!balance) return null;
  const { amount, unit, days_left, at, is_low: isLow } = balance;
  const days = formatDaysLeft(days_left, translator);
  const text = [formatBalance(amount, unit, translator), days].filter(Boolean).join(' · ');
  const title = translator.t('balance.card', { time: formatExactTime(at, translator) });
  return { text, title, isLow };
}

/** What probes have cost since midnight UTC, and how much of it the budgets allow. */
function usageOf(channel: Channel, { t, formats }: Translator): string {
  const { probe_requests_today, probe_tokens_today } = channel;
  const part = (what: 'requests' | 'tokens', used: number, limit: number) => {
    const values = { used: formats.number.format(used), limit: formats.number.format(limit) };
    return t(limit === 0 ? `usage.${what}` : `usage.${what}.limited`, values);
  };
  return t('usage.today', {
    requests: part('requests', probe_requests_today, channel.probe_requests_per_day),
    tokens: part('tokens', probe_tokens_today, channel.probe_tokens_per_day),
  });
}

/** How many of the channel's keys work; which don't, only admins learn. */
function keysOf({ key_counts, key_states }: Channel, translator: Translator) {
  const { t, count } = translator;
  if (!key_counts) return { keysText: '', areKeysShort: false, brokenKeys: [] };
  const { enabled, usable } = key_counts;
  const broken = key_states.filter(({ error_kind }) => error_kind !== null);
  return {
    keysText:
      usable === enabled ? count('card.keys', enabled) : t('card.keys.short', { usable, enabled }),
    areKeysShort: usable < enabled,
    brokenKeys: broken.map((key) => ({
      ...{ name: key.name, text: keyStateText(key, translator) },
      ...{ error: key.error ?? '', restUntil: key.rest_until },
      tone: key.state === 'failed' ? ('bad' as const) : ('warn' as const),
    })),
  };
}

/** How many requests a channel gets at a time: as is set, or as it has shown to bear; empty if it never complained. */
function concurrencyOf(
  { probe_concurrency, max_concurrency }: Channel,
  { count }: Translator,
): string {
  if (max_concurrency > 0) return count('card.max_concurrency', max_concurrency);
  return probe_concurrency === null ? '' : count('card.concurrency', probe_concurrency);
}

/** The wire formats that the channel is set not to serve; empty if it serves all. */
function unservedOf({ paths }: Channel, { t }: Translator): string {
  const off = evidenceRoutes.filter((route) => isRouteOff(paths, route));
  const routes = off.map((route) => t(`route.${route}`)).join(', ');
  return routes === '' ? '' : t('card.unserved', { routes });
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
    const states = channel.latest_models.filter((it) => it.protocol === protocol).map(modelState);
    const ok = states.filter((state) => state === 'ok').length;
    const total = ok + states.filter((state) => state === 'bad').length;
    if (total === 0) return [];
    const failing = ok < total;
    const label = t(`protocol.${protocol}`);
    return [{ protocol, label, count: failing ? `${ok}/${total}` : `${ok}`, failing }];
  });
}
