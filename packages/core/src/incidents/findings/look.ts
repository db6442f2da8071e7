import { isAhead } from '../../figures/clock-skew.ts';
import { alertKindRules } from '../alert-kind.ts';
import { type Observation, type Subject, subjectKeyOf } from './observation.ts';
import type { Watch } from './watch.ts';

/** Something that is looked at again and again, such as a balance. */
export interface Look {
  subject: Subject;
  /** What is so now; null: too little is known to tell. */
  judge(wasBad: boolean): Judgement | null;
}

type Judgement = Pick<Observation, 'is_bad' | 'why' | 'figures' | 'severity'>;

interface Known {
  watches: Readonly<Record<string, Watch>>;
  nowS: number;
  /** Whether a subject that no look is about was only left out this time. */
  isLeftOut?: (subject: Subject) => boolean;
  /** When such a thing was looked at, in Unix seconds; absent: now. What was found since then is newer. */
  lookedAt?: (subject: Subject) => number;
}

/**
 * The looks as findings: what differs from before. What isn't looked at any more, such as a limit that was
 * removed, is well.
 */
export function findingsOfLooks(
  looks: readonly Look[],
  { watches, nowS, isLeftOut = () => false, lookedAt = () => nowS }: Known,
): Observation[] {
  const keys = new Set(looks.map(({ subject }) => subjectKeyOf(subject)));
  const gone = Object.entries(watches).flatMap(([key, { subject }]): Look[] => {
    const isLookedAt = alertKindRules[subject.kind].confirmed === 'told';
    const isGone = isLookedAt && !keys.has(key) && !isLeftOut(subject);
    return isGone ? [{ subject, judge: () => ({ is_bad: false }) }] : [];
  });
  return [...looks, ...gone].flatMap(({ subject, judge }) => {
    const judged = judge(watches[subjectKeyOf(subject)]?.is_bad ?? false);
    const at = lookedAt(subject);
    return judged ? observeChange({ subject, ...judged, at }, { watches, nowS }) : [];
  });
}

/** How old the figures of something bad may become. */
const figuresAgeS = 3600;

/**
 * What is looked at again and again, such as a budget, as a finding; none if it is as it was, so that
 * nothing is stored for it. The figures of something bad are found again every hour.
 */
function observeChange(
  { subject, is_bad, at, ...about }: Observation,
  { watches, nowS }: Pick<Known, 'watches' | 'nowS'>,
): Observation[] {
  const before = watches[subjectKeyOf(subject)];
  // Another process has looked since, or in the same second.
  if (before && at <= before.found_at && !isAhead(before.found_at, nowS)) return [];
  const wasBad = before?.is_bad ?? false;
  const isSame = is_bad === wasBad && (!is_bad || isAsBad(before, about, nowS));
  return isSame ? [] : [{ subject, is_bad, at, ...about }];
}

function isAsBad(
  before: Watch | undefined,
  { severity = null, figures = {} }: Partial<Pick<Watch, 'figures' | 'severity'>>,
  nowS: number,
): boolean {
  if (!before || before.severity !== severity) return false;
  const isFresh = nowS - before.found_at < figuresAgeS;
  return isFresh || JSON.stringify(before.figures) === JSON.stringify(figures);
}
