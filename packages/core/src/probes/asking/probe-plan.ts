import type { ProbePlanKind } from '../../evidence/standing.ts';
import { chooseRoute } from './choose-route.ts';

/** What probes do with a model of a target, by its name and the target's `dont_probe`. */
export function probePlanOf(model: string, dontProbe: readonly string[]): ProbePlanKind {
  if (dontProbe.some((pattern) => matches(model, pattern))) return 'unprovable';
  return chooseRoute(model).kind === 'skip' ? 'skipped' : 'probed';
}

/** Whether a name is the pattern, in which each `*` matches any text. */
function matches(name: string, pattern: string): boolean {
  const [start = '', ...others] = pattern.split('*');
  const end = others.pop();
  if (end === undefined) return name === pattern;
  if (!name.startsWith(start)) return false;
  let at = start.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - end.length >= at && name.endsWith(end);
}
