/** When people were last told something, and what waits to be told with others. Times are Unix seconds. */
export interface Pace {
  /** Within the last two minutes. */
  told_at: readonly number[];
  /** Since when something waits; null: nothing does. */
  waiting_since: number | null;
  /** When an incident last began. */
  opened_at: number | null;
}

const windowS = 120;
const calmS = 30;

export type Urgency = 'at_once' | 'soon' | 'later';

/**
 * Whether what is new may be told now. The first news goes at once, of critical ones the second too; the
 * rest waits until nothing has begun for half a minute, but no longer than two, and is told together.
 */
export function mayTell(pace: Pace, urgency: Urgency, nowS: number): boolean {
  const recent = pace.told_at.filter((at) => nowS - at < windowS).length;
  if (urgency === 'at_once' && recent < 2) return true;
  if (urgency !== 'later' && recent === 0) return true;
  return tellAt(pace, nowS) <= nowS;
}

/** When what waits is told. */
function tellAt({ waiting_since, opened_at }: Pace, nowS: number): number {
  const since = waiting_since ?? nowS;
  return Math.min(since + windowS, Math.max(since, opened_at ?? since) + calmS);
}

export function afterTelling(pace: Pace, nowS: number): Pace {
  const told_at = [...pace.told_at.filter((at) => nowS - at < windowS), nowS];
  return { ...pace, told_at, waiting_since: null };
}
