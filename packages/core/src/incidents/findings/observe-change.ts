import { type Observation, subjectKeyOf } from './observation.ts';
import type { Watch } from './watch.ts';

// Browsers import this file, so it must not import zod.

interface Known {
  watches: Readonly<Record<string, Watch>>;
  nowS: number;
}

/** How old the figures of something bad may become. */
const figuresAgeS = 3600;

/**
 * What is looked at again and again, such as a budget, as a finding; none if it is as it was, so that
 * nothing is stored for it. The figures of something bad are found again every hour.
 */
export function observeChange(
  { subject, is_bad, ...about }: Omit<Observation, 'at'>,
  { watches, nowS }: Known,
): Observation[] {
  const before = watches[subjectKeyOf(subject)];
  const wasBad = before?.is_bad ?? false;
  const isSame = is_bad === wasBad && (!is_bad || isAsBad(before, about, nowS));
  return isSame ? [] : [{ subject, is_bad, at: nowS, ...about }];
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
