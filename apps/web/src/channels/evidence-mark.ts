import {
  type Evidence,
  type EvidenceState,
  isFreshProof,
  type Standing,
  standingOn,
} from '@api-monitor/core';
import { formatLatency } from '../format/duration.ts';
import { formatMoment, formatSeconds } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Channel, LatestModel } from './channel.ts';
import type { Tone } from './channel-state.ts';

/** The evidence on a route, as one word that people read at a glance. */
export type Mark =
  | Exclude<EvidenceState, 'proven'>
  | 'proven'
  | 'traffic'
  | 'stale'
  | 'wrong'
  | 'resting';

/** A model that is gone is marked as that, whatever was known about it. */
type ChipMark = Mark | 'gone';

type Marked = Pick<Standing, 'state' | 'rest' | 'is_wrong_answer'> & {
  /** Absent in the api's candidates, whose refusal says so. */
  is_channel_fault?: boolean;
  proved_by?: Evidence['proved_by'];
  is_fresh: boolean;
};

export function markOf({ state, rest, proved_by, is_fresh, ...is }: Marked): Mark {
  if (is.is_channel_fault) return 'failed';
  if (state === 'failed' || state === 'refused') return state;
  if (rest !== 'none') return 'resting';
  if (state !== 'proven') return state;
  if (is.is_wrong_answer) return 'wrong';
  if (!is_fresh) return 'stale';
  return proved_by === 'traffic' ? 'traffic' : 'proven';
}

export const markTones: Record<ChipMark, Tone> = {
  proven: 'ok',
  traffic: 'ok',
  stale: 'ok',
  wrong: 'warn',
  resting: 'warn',
  failed: 'bad',
  refused: 'idle',
  gone: 'idle',
  unproven: 'idle',
  unprovable: 'idle',
  skipped: 'idle',
};

export type RouteChip = ReturnType<typeof routeChip>;

/** What is known about each route of a model, ready to print. */
export function routeChips(
  { plan, evidence, gone_at }: Pick<LatestModel, 'plan' | 'evidence' | 'gone_at'>,
  channel: Pick<Channel, 'fault' | 'interval_min'>,
  nowS: number,
  translator: Translator,
): RouteChip[] {
  const known = { plan, evidence, fault: channel.fault };
  return evidence.map(({ route }) => {
    const standing = standingOn(known, route, nowS);
    const is_fresh = isFreshProof(standing, channel, nowS);
    const mark = gone_at === null ? markOf({ ...standing, is_fresh }) : 'gone';
    return routeChip(route, mark, standing, nowS, translator);
  });
}

function routeChip(
  route: Evidence['route'],
  mark: ChipMark,
  standing: Standing,
  nowS: number,
  translator: Translator,
) {
  const { t } = translator;
  const markText = t(`mark.${mark}`);
  const name = t(`route.${route}`);
  const facts = [markText, ...factsOf(standing, nowS, translator)];
  return {
    route,
    name,
    mark,
    markText,
    tone: markTones[mark],
    /** A proven route needs no word: the dot says it. That a model is gone is said once, beside its name. */
    isCalm: mark === 'proven' || mark === 'traffic' || mark === 'gone',
    factsText: facts.join(' · '),
    error: standing.error ?? '',
    title: [`${name}: ${facts.join(' · ')}`, standing.error].filter(Boolean).join('\n'),
  };
}

/** Since when, by what, how fast, and when it is tried again. */
function factsOf(standing: Standing, nowS: number, translator: Translator): string[] {
  const { state, rest, since, proved_at, proved_by, first_token_s, retry_at } = standing;
  const { t } = translator;
  const at = (timeS: number) => formatMoment(timeS, translator);
  const facts: string[] = [];
  if (since !== null && state !== 'unproven') facts.push(t('mark.since', { time: at(since) }));
  if (proved_at !== null && proved_by) {
    facts.push(t(`mark.proved.${proved_by}`, { time: at(proved_at) }));
  }
  if (first_token_s !== null && state === 'proven') {
    facts.push(t('mark.first_token', { time: formatLatency(first_token_s) }));
  }
  const isFailing = rest !== 'none' || state === 'refused';
  if (isFailing && retry_at !== null && retry_at > nowS) {
    const key = state === 'proven' ? 'mark.until' : 'mark.again';
    const time = retry_at - nowS < 3600 ? formatSeconds(retry_at, translator) : at(retry_at);
    facts.push(t(key, { time }));
  }
  return facts;
}
