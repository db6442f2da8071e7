import type { ProbePlanKind } from '../../evidence/standing.ts';
import { matchesPattern } from '../../text/matches-pattern.ts';
import { chooseRoute } from './choose-route.ts';

/** What probes do with a model of a target, by its name and the target's `dont_probe`. */
export function probePlanOf(model: string, dontProbe: readonly string[]): ProbePlanKind {
  if (dontProbe.some((pattern) => matchesPattern(model, pattern))) return 'unprovable';
  return chooseRoute(model).kind === 'skip' ? 'skipped' : 'probed';
}
