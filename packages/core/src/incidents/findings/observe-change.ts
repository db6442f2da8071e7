import { type Observation, subjectKeyOf } from './observation.ts';
import type { Watch } from './watch.ts';

// Browsers import this file, so it must not import zod.

interface Known {
  watches: Readonly<Record<string, Watch>>;
  nowS: number;
}

/**
 * What is looked at again and again, such as a budget, as a finding; none if it is as it was, so that
 * nothing is stored for it.
 */
export function observeChange(
  { subject, is_bad, ...about }: Omit<Observation, 'at'>,
  { watches, nowS }: Known,
): Observation[] {
  const wasBad = watches[subjectKeyOf(subject)]?.is_bad ?? false;
  return is_bad === wasBad ? [] : [{ subject, is_bad, at: nowS, ...about }];
}
