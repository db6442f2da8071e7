import { alertKindRules } from '../alert-kind.ts';
import { type Observation, type Subject, subjectKeyOf } from './observation.ts';
import { observeChange } from './observe-change.ts';
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
}

/**
 * The looks as findings: what differs from before. What isn't looked at any more, such as a limit that was
 * removed, is well.
 */
export function findingsOfLooks(
  looks: readonly Look[],
  { watches, nowS, isLeftOut = () => false }: Known,
): Observation[] {
  const keys = new Set(looks.map(({ subject }) => subjectKeyOf(subject)));
  const gone = Object.entries(watches).flatMap(([key, { subject }]): Look[] => {
    const isLookedAt = alertKindRules[subject.kind].confirmed === 'told';
    const isGone = isLookedAt && !keys.has(key) && !isLeftOut(subject);
    return isGone ? [{ subject, judge: () => ({ is_bad: false }) }] : [];
  });
  return [...looks, ...gone].flatMap(({ subject, judge }) => {
    const judged = judge(watches[subjectKeyOf(subject)]?.is_bad ?? false);
    return judged ? observeChange({ subject, ...judged }, { watches, nowS }) : [];
  });
}
