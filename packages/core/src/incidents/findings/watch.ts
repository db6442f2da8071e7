import { isAhead } from '../../figures/clock-skew.ts';
import { type AlertKind, alertKindRules, type Severity } from '../alert-kind.ts';
import type { AlertRules } from '../alert-rules.ts';
import type { Observation, Subject, Why } from './observation.ts';

/** What counts for people. `flapping`: it changes so often that only the end of it is worth telling. */
export type Health = 'up' | 'down' | 'flapping';

/** What is known about a subject that has failed lately. Times are Unix seconds. */
export interface Watch {
  subject: Subject;
  health: Health;
  /** What the latest finding said, and when it was made. */
  is_bad: boolean;
  found_at: number;
  /** How many findings in a row said so, and since when it counts. */
  in_a_row: number;
  since: number;
  /** When the first failure in a row was found, even one that didn't count. */
  failing_since: number | null;
  /** A letter for each of the latest findings, oldest first: `b`ad or `g`ood. */
  recent: string;
  why: Why | null;
  figures: Readonly<Record<string, number | string>>;
  severity: Severity | null;
}

/** A subject that flapped has settled after this long without a change, however few findings there are. */
const settledAfterS = 3600;

/**
 * What each process sees of its own host: it is over once nobody has found it for so long, because one host's
 * full disk isn't over if another's has room.
 */
const kindsByHost: readonly AlertKind[] = ['disk', 'service'];
const wellOnAllHostsS = 60;

/** Nagios looks at the results of the last 21 checks, which are 20 possible changes. */
const flapFindings = 21;

/**
 * How often something changed, as a share: each change counts by its age, from 0.75 for the oldest to 1.25
 * for the newest. `recent` has a letter for each finding, oldest first; missing ones are no changes.
 * Source: https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/flapping.html
 */
export function flapShareOf(recent: string): number {
  const changes = flapFindings - 1;
  const missing = flapFindings - recent.length;
  let sum = 0;
  for (let index = 1; index < recent.length; index += 1) {
    if (recent[index] === recent[index - 1]) continue;
    const place = missing + index - 1;
    sum += 0.75 + (0.5 * place) / (changes - 1);
  }
  return sum / changes;
}

/** The watch after one more finding; the same object if it shows nothing new, null if nothing is to be watched. */
export function nextWatch(
  before: Watch | null,
  observation: Observation,
  rules: AlertRules,
  nowS: number,
): Watch | null {
  const at = isAhead(observation.at, nowS) ? nowS : observation.at;
  const { is_bad, times = 1 } = observation;
  if (!before && !is_bad) return null;
  if (before && (at < before.found_at || (at === before.found_at && is_bad === before.is_bad))) {
    return before;
  }
  const isSame = before?.is_bad === is_bad;
  const letters = (is_bad ? 'b' : 'g').repeat(Math.min(times, flapFindings));
  const watch: Watch = {
    subject: observation.subject,
    health: before?.health ?? 'up',
    is_bad,
    found_at: at,
    in_a_row: (isSame ? before.in_a_row : 0) + times,
    since: isSame ? before.since : at,
    failing_since: is_bad ? ((isSame ? before.failing_since : null) ?? at) : null,
    recent: `${before?.recent ?? 'g'}${letters}`.slice(-flapFindings),
    why: is_bad ? (observation.why ?? null) : (before?.why ?? null),
    figures: observation.figures ?? before?.figures ?? {},
    severity: (is_bad ? observation.severity : before?.severity) ?? null,
  };
  return judged(watch, rules, nowS);
}

/** The watch after some time without a finding. */
export function judged(before: Watch, rules: AlertRules, nowS: number): Watch {
  const isCalmAgain = before.health === 'flapping' && nowS - before.since >= settledAfterS;
  const watch = isCalmAgain ? { ...before, recent: before.recent.slice(-1) } : before;
  const health = healthOf(watch, rules, nowS);
  return health === watch.health ? watch : { ...watch, health };
}

function healthOf(watch: Watch, rules: AlertRules, nowS: number): Health {
  const { health, is_bad, in_a_row, since, recent, subject } = watch;
  if (alertKindRules[subject.kind].confirmed !== 'counted') {
    const isWaiting = kindsByHost.includes(subject.kind) && nowS - since < wellOnAllHostsS;
    return is_bad || (health === 'down' && isWaiting) ? 'down' : 'up';
  }
  const changes = flapShareOf(recent) * 100;
  const most = health === 'flapping' ? rules.flap_end_percent : rules.flap_start_percent;
  if (changes >= most) return 'flapping';
  const [count, forS] = is_bad
    ? [rules.failures_before_alert, rules.down_for_s]
    : [rules.successes_before_recovery, rules.up_for_s];
  if (in_a_row >= count || nowS - since >= forS) return is_bad ? 'down' : 'up';
  return health === 'flapping' ? (is_bad ? 'down' : 'up') : health;
}

/** The watch as if nothing before this time had been found, because a maintenance doesn't count. */
export function countedFrom(watch: Watch, atS: number): Watch {
  return { ...watch, health: 'up', in_a_row: 0, since: atS, recent: '' };
}

/** Whether nothing is left to remember: it is up, and wouldn't flap if it failed again. */
export function isCalm({ health, is_bad, recent, since }: Watch, nowS: number): boolean {
  return health === 'up' && !is_bad && (!recent.includes('b') || nowS - since >= settledAfterS);
}
