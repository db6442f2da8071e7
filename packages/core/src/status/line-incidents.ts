import type { Incident, Member } from '../incidents/incident.ts';
import type { ErrorKind } from '../probes/error-kind.ts';
import { modelKey } from '../routing/asked-route.ts';

/** What a line of the status page shows, and what stands behind it now. */
export interface LineSubject {
  /** null: the model on every channel that offers it. */
  target_id: number | null;
  /** null: the whole channel. */
  model: string | null;
  /** All names of the line's model. */
  names: readonly string[];
  /** The channels that offer the line's model, or the line's channel. */
  targetIds: readonly number[];
  /** The models that the line's channel offers, by their public names. */
  models: readonly string[];
}

/** What the public is told of an incident on one line. Times are Unix seconds. */
export interface LineIncident {
  /** Its id. */
  incident: number;
  state: 'degraded' | 'outage';
  started_at: number;
  /** null: it goes on. */
  ended_at: number | null;
  /** The most frequent first. */
  reasons: ErrorKind[];
}

/** One channel that was down for the line, because of one incident. */
interface Down {
  incident_id: number;
  target_id: number;
  from: number;
  until: number | null;
  member: Member;
}

/**
 * What incidents did to a line. A channel is out while it is down itself or all of its models are; single
 * models degrade it. A model on all channels is out while all that offer it are down. What a person needn't
 * know, such as trouble with this monitor's own network, does nothing.
 */
export function lineIncidents(line: LineSubject, incidents: readonly Incident[]): LineIncident[] {
  const downs = downsOf(line, incidents);
  if (line.target_id === null) {
    const outages = outagesOfAll(line.targetIds, downs);
    const byLast = Map.groupBy(outages, ({ incident_id }) => incident_id);
    return [...byLast.values()].map((of) => summedUp(of, 'outage'));
  }
  const byIncident = Map.groupBy(downs, ({ incident_id }) => incident_id);
  return [...byIncident.values()].map((of) => summedUp(of, stateOfChannel(line, of)));
}

/**
 * What incidents did to all channels with a tag: each of their models is out while all channels that offer it
 * are down, which degrades the line; it is out while all models are. It belongs to the incident that took the
 * last of them. `offers`: the channels by model.
 */
export function groupIncidents(
  offers: ReadonlyMap<string, readonly number[]>,
  incidents: readonly Incident[],
): LineIncident[] {
  const targetIds = [...new Set([...offers.values()].flat())];
  const ofAll = { target_id: null, model: null, names: [], targetIds, models: [] };
  const byModel = Map.groupBy(downsOf(ofAll, incidents), modelOf);
  const ofChannels = byModel.get('') ?? [];
  const known = new Map<string, Down[]>();
  const outages = [...offers].flatMap(([model, offering]) => {
    const own = byModel.get(modelKey(model)) ?? [];
    // Most models are offered by the same channels and are down with them alone.
    const key = own.length === 0 ? offering.join() : `model ${model}`;
    const found = known.get(key) ?? outagesOfAll(offering, [...ofChannels, ...own]);
    known.set(key, found);
    return found.map((down) => ({ ...down, model }));
  });
  const whole = allDown([...offers.keys()], outages, ({ model }) => model);
  const wholeFrom = new Set(whole.map(({ down }) => down.from));
  const byIncident = Map.groupBy(outages, ({ incident_id }) => incident_id);
  return [...byIncident.values()].map((of) =>
    summedUp(of, of.some(({ from }) => wholeFrom.has(from)) ? 'outage' : 'degraded'),
  );
}

function downsOf(line: LineSubject, incidents: readonly Incident[]): Down[] {
  return incidents
    .filter(({ scope, merged_into }) => scope !== 'network' && merged_into === null)
    .flatMap((incident) => incident.members.flatMap((member) => downOf(line, incident, member)));
}

function downOf(line: LineSubject, { id }: Incident, member: Member): Down[] {
  const { subject, since, left_at } = member;
  const { kind, target_id, model } = subject;
  if (target_id === null || !line.targetIds.includes(target_id)) return [];
  const isModel = kind === 'model_down' && model !== null;
  const isOfLine =
    line.model === null || line.names.some((name) => modelKey(name) === modelKey(model ?? ''));
  if (kind !== 'channel_down' && !(isModel && isOfLine)) return [];
  return [{ incident_id: id, target_id, from: since, until: left_at, member }];
}

function stateOfChannel(line: LineSubject, downs: readonly Down[]): LineIncident['state'] {
  if (line.model !== null) return 'outage';
  if (downs.some(({ member }) => member.subject.kind === 'channel_down')) return 'outage';
  const isWhole = downs.some(({ from }) => {
    const down = new Set(downs.filter((one) => isDownAt(one, from)).map(modelOf));
    return line.models.length > 0 && line.models.every((model) => down.has(modelKey(model)));
  });
  return isWhole ? 'outage' : 'degraded';
}

function modelOf({ member }: Down): string {
  return modelKey(member.subject.model ?? '');
}

function isDownAt({ from, until }: Down, at: number): boolean {
  return from <= at && (until === null || until > at);
}

/** The times at which every channel was down, each as the down of the last one. */
function outagesOfAll(targetIds: readonly number[], downs: readonly Down[]): Down[] {
  const outages: Down[] = [];
  let countedUntil = 0;
  for (const { down, until } of allDown(targetIds, downs, ({ target_id }) => target_id)) {
    if (down.from < countedUntil) continue;
    countedUntil = until ?? Number.POSITIVE_INFINITY;
    outages.push({ ...down, until });
  }
  return outages;
}

/** The downs at whose start all of these were down, the first one first, and when one of them came back. */
function allDown<One extends Pick<Down, 'from' | 'until'>, Key>(
  keys: readonly Key[],
  downs: readonly One[],
  keyOf: (down: One) => Key,
): { down: One; until: number | null }[] {
  const untils = new Map(keys.map((key) => [key, 0]));
  const sorted = downs
    .filter((down) => untils.has(keyOf(down)))
    .sort((one, other) => one.from - other.from);
  let begun = 0;
  return sorted.flatMap((down) => {
    for (let next = sorted[begun]; next && next.from <= down.from; next = sorted[begun]) {
      const until = next.until ?? Number.POSITIVE_INFINITY;
      untils.set(keyOf(next), Math.max(until, untils.get(keyOf(next)) ?? 0));
      begun += 1;
    }
    let first = Number.POSITIVE_INFINITY;
    for (const until of untils.values()) {
      if (until <= down.from) return [];
      first = Math.min(first, until);
    }
    return { down, until: Number.isFinite(first) ? first : null };
  });
}

function summedUp(downs: readonly Down[], state: LineIncident['state']): LineIncident {
  const ends = downs.map(({ until }) => until ?? Number.POSITIVE_INFINITY);
  const end = Math.max(...ends);
  const counts = new Map<ErrorKind, number>();
  for (const member of new Set(downs.map((one) => one.member))) {
    const kind = member.why?.kind;
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return {
    incident: downs[0]?.incident_id ?? 0,
    state,
    started_at: Math.min(...downs.map(({ from }) => from)),
    ended_at: Number.isFinite(end) ? end : null,
    reasons: [...counts].sort(([, a], [, b]) => b - a).map(([kind]) => kind),
  };
}
