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
    const outages = outagesByIncident(line.targetIds, downs);
    return [...outages.values()].map((of) => summedUp(of, 'outage'));
  }
  const byIncident = Map.groupBy(downs, ({ incident_id }) => incident_id);
  return [...byIncident.values()].map((of) => summedUp(of, stateOfChannel(line, of)));
}

/**
 * What incidents did to all channels with a tag: each of their models is out while all channels that offer it
 * are down, which degrades the line; it is out while all models are. `offers`: the channels by model.
 */
export function groupIncidents(
  offers: ReadonlyMap<string, readonly number[]>,
  incidents: readonly Incident[],
): LineIncident[] {
  const targetIds = [...new Set([...offers.values()].flat())];
  const ofAll = { target_id: null, model: null, names: [], targetIds, models: [] };
  const ofChannels = downsOf(ofAll, incidents);
  const byModel = Map.groupBy(ofChannels, modelOf);
  const outages = [...offers].flatMap(([model, offering]) => {
    const downs = [...(byModel.get('') ?? []), ...(byModel.get(modelKey(model)) ?? [])];
    const own = downs.filter(({ target_id }) => offering.includes(target_id));
    return [...outagesByIncident(offering, own).values()]
      .flat()
      .map((down) => ({ model, ...down }));
  });
  const isWholeAt = (at: number) => {
    const out = outages.filter((one) => isDownAt(one, at)).map(({ model }) => model);
    return new Set(out).size === offers.size;
  };
  const starts = new Set(outages.map(({ from }) => from));
  const wholeFrom = new Set([...starts].filter(isWholeAt));
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

/** The times at which every channel was down, by the incident that took the last one. */
function outagesByIncident(
  targetIds: readonly number[],
  downs: readonly Down[],
): Map<number, Down[]> {
  const outages = new Map<number, Down[]>();
  const everDown = new Set(downs.map(({ target_id }) => target_id));
  if (targetIds.length === 0 || everDown.size < targetIds.length) return outages;
  let countedUntil = 0;
  for (const last of downs.toSorted((a, b) => a.from - b.from)) {
    const together = downs.filter((one) => isDownAt(one, last.from));
    const channels = new Set(together.map(({ target_id }) => target_id));
    if (channels.size < targetIds.length || last.from < countedUntil) continue;
    const until = endOfAll(together);
    countedUntil = until ?? Number.POSITIVE_INFINITY;
    const known = outages.get(last.incident_id) ?? [];
    outages.set(last.incident_id, [...known, { ...last, until }]);
  }
  return outages;
}

/** When the first channel of several came back; null if none did. */
function endOfAll(downs: readonly Down[]): number | null {
  const ends = [...Map.groupBy(downs, ({ target_id }) => target_id).values()].map((of) =>
    Math.max(...of.map(({ until }) => until ?? Number.POSITIVE_INFINITY)),
  );
  const first = Math.min(...ends);
  return Number.isFinite(first) ? first : null;
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
