import { type EvidenceRoute, evidenceRoutes } from '../../evidence/evidence-route.ts';

/** A path on which a channel serves a route, or lists its models, if it isn't the usual one. */
export interface PathRule {
  route: EvidenceRoute | 'list';
  /** From the origin's root; null: the channel doesn't serve the route. */
  path: string | null;
}

const places: readonly PathRule['route'][] = [...evidenceRoutes, 'list'];
const rule = /^(?<route>[a-z-]+)\s*=\s*(?:(?<path>\/\S*)|none)$/;
/** RFC 3986, 3.3 and 3.4; `{model}` is replaced by the model's id. */
const path = /^\/(?:[\w.~!$&'()*+,;=:@/?-]|%[\dA-Fa-f]{2}|\{model\})*$/;

/** What is wrong with a rule; null if nothing is. */
export function faultOfPathRule(text: string): string | null {
  const groups = rule.exec(text)?.groups;
  if (!groups) return 'must be "route = /path" or "route = none"';
  if (!places.some((place) => place === groups.route)) {
    return `must name one of the routes ${places.join(', ')}`;
  }
  const { path: given = '/' } = groups;
  if (!path.test(given) || given.startsWith('//')) return 'must have a path of plain characters';
  const isWithin = given.split(/[/?]/).every((part) => part !== '.' && part !== '..');
  return isWithin ? null : 'must have a path without "." and ".." parts';
}

/** Reads a valid rule. */
export function parsePathRule(text: string): PathRule {
  const { route, path: given } = rule.exec(text)?.groups ?? {};
  const place = places.find((one) => one === route) ?? 'list';
  return { route: place, path: given ?? null };
}

/** Whether the channel is set not to serve the route. */
export function isRouteOff(paths: readonly string[], route: PathRule['route']): boolean {
  return paths.some((line) => {
    const one = parsePathRule(line);
    return one.route === route && one.path === null;
  });
}

/** A rule as it is stored. */
export function formatPathRule({ route, path: given }: PathRule): string {
  return `${route} = ${given ?? 'none'}`;
}
