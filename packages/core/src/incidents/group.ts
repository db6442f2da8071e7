import { isNote, isOutage } from './alert-kind.ts';
import { type Subject, subjectKeyOf } from './findings/observation.ts';
import { isOfConnection } from './findings/own-network.ts';
import type { Watch } from './findings/watch.ts';
import { failingMembers, type Incident, type Member } from './incident.ts';
import { isWholeChannel } from './sending/news.ts';
import {
  endIncident,
  join,
  leave,
  merge,
  openIncident,
  openIncidents,
  refresh,
  type Step,
  widen,
} from './step.ts';

/** What fails later than this after the last that joined an incident isn't of the same cause. */
const togetherS = 600;
/** The same if the incident has many causes. */
const manyTogetherS = 120;
/** A model that fails on so many unrelated channels fails at its vendor; or on all of them, if there are two. */
const channelsOfVendor = 3;

/** Lets each failing subject join the incident of its cause, and leave it when it works again. */
export function groupByCause(step: Step): void {
  for (const [key, watch] of step.watches) {
    const place = step.places.get(key);
    if (isNote(watch.subject.kind)) continue;
    if (place && watch.health === 'up') leave(step, key, watch.since, 'up');
    else if (place) refresh(step, place, watch);
    else if (watch.health !== 'up') join(step, findIncident(step, watch), watch);
  }
  for (const key of step.places.keys()) {
    if (!step.watches.has(key)) leave(step, key, step.nowS, 'removed');
  }
  groupByVendor(step);
  groupKeys(step);
  for (const incident of openIncidents(step)) {
    if (incident.scope === 'network' || failingMembers(incident).length > 0) continue;
    const last = Math.max(...incident.members.map(({ left_at }) => left_at ?? step.nowS));
    endIncident(step, incident, last);
  }
}

/** The open incident that a subject belongs to, or a new one. */
export function findIncident(step: Step, { subject, why, failing_since }: Watch): Incident {
  const open = openIncidents(step).filter((one) => isJoinable(step, one));
  const cause = causeOf(subject);
  // The keys of a channel that is down are part of its incident.
  const channel = open.find((one) => subject.kind === 'key_down' && isDownIn(one, subject));
  if (channel) return channel;
  const causes = isOutage(subject.kind)
    ? [
        ...(isOfConnection(why) ? ['network'] : []),
        ...['many', ...(subject.kind === 'model_down' ? [vendorOf(subject.model)] : []), cause],
      ]
    : [cause];
  for (const one of causes) {
    const found = open.find((incident) => incident.cause === one);
    if (found) return found;
  }
  const scope = subject.kind === 'key_down' ? 'key' : isOutage(subject.kind) ? 'channel' : 'other';
  const started_at = failing_since ?? step.nowS;
  return openIncident(step, { scope, cause, kind: subject.kind, severity: 'info', started_at });
}

function causeOf(subject: Subject): string {
  const { kind, target_id } = subject;
  if (kind === 'model_down' || kind === 'channel_down') return `channel:${target_id}`;
  if (kind === 'key_down') return `key:${target_id}`;
  if (kind === 'model_new' || kind === 'model_gone') return `${kind}:${target_id}`;
  return subjectKeyOf(subject);
}

function vendorOf(model: string | null): string {
  return `vendor:${model}`;
}

function isJoinable({ nowS }: Step, incident: Incident): boolean {
  const { scope, last_join_at, announced } = incident;
  if (scope === 'network') return true;
  // A note that was told is over.
  if (scope === 'other') return announced === null || failingMembers(incident).length > 0;
  const isChannel = failingMembers(incident).some(({ subject }) => subject.kind === 'channel_down');
  if (isChannel && scope === 'channel') return true;
  return nowS - last_join_at <= (scope === 'many' ? manyTogetherS : togetherS);
}

/** The keys of a channel that is down are part of its incident. */
function groupKeys(step: Step): void {
  const open = openIncidents(step);
  for (const keys of open.filter(({ scope }) => scope === 'key')) {
    const [first] = keys.members;
    const into = first && open.find((one) => isDownIn(one, first.subject));
    if (into) merge(step, keys, into);
  }
}

/** Whether an incident is about the whole channel of a subject. */
function isDownIn(incident: Incident, { target_id }: Subject): boolean {
  return failingMembers(incident).some(
    ({ subject }) => subject.kind === 'channel_down' && subject.target_id === target_id,
  );
}

/** A model that fails on several unrelated channels, which otherwise work, is one incident. */
function groupByVendor(step: Step): void {
  const places = new Map<string, { incident: Incident; member: Member }[]>();
  for (const incident of openIncidents(step)) {
    const failing = failingMembers(incident);
    if (incident.scope !== 'channel' || step.nowS - incident.last_join_at > togetherS) continue;
    if (isWholeChannel(failing, step.channels)) continue;
    for (const member of failing) {
      const { model } = member.subject;
      if (model !== null) places.set(model, [...(places.get(model) ?? []), { incident, member }]);
    }
  }
  for (const [model, found] of places) {
    const members = found.map(({ member }) => member);
    if (!isOfVendor(step, model, members)) continue;
    const isOfModel = ({ subject }: Member) => subject.model === model;
    const own = found.map(({ incident }) => incident).filter((one) => one.members.every(isOfModel));
    const into = own[0] ?? openIncident(step, vendorIncident(step, model));
    widen(step, into, 'vendor', vendorOf(model));
    for (const { incident } of found) merge(step, incident, into, isOfModel);
  }
}

function vendorIncident({ nowS }: Step, model: string) {
  const cause = vendorOf(model);
  return {
    scope: 'vendor',
    cause,
    kind: 'model_down',
    severity: 'info',
    started_at: nowS,
  } as const;
}

function isOfVendor({ channels }: Step, model: string, members: readonly Member[]): boolean {
  const sites = members.map(({ subject }) => {
    const id = subject.target_id ?? 0;
    return channels.siteById.get(id) ?? channels.byId.get(id)?.host;
  });
  const count = new Set(sites).size;
  const isAll = members.length === (channels.byModel.get(model) ?? []).length;
  return count >= channelsOfVendor || (count === 2 && isAll);
}

const outageScopes: readonly Incident['scope'][] = ['channel', 'key', 'vendor', 'many'];

/** Several incidents become one, because they are too many to be told one by one. */
export function mergeMany(step: Step, incidents: readonly Incident[]): void {
  const recent = openIncidents(step).filter(
    ({ scope, announced, last_join_at }) =>
      outageScopes.includes(scope) && announced && step.nowS - last_join_at <= manyTogetherS,
  );
  const all = [...new Set([...recent, ...incidents])].sort((a, b) => a.id - b.id);
  const [into] = all;
  if (!into) return;
  widen(step, into, 'many', 'many');
  for (const from of all) merge(step, from, into);
}

/** When nothing at all is reached, that is one incident, and no channel is to blame for it. */
export function beginNetworkOutage(step: Step, since: number): void {
  const isOfNetwork = (member: Member) => member.since >= since && isOfConnection(member.why);
  const found = openIncidents(step).filter((incident) =>
    failingMembers(incident).some(isOfNetwork),
  );
  const whole = found.filter((incident) => failingMembers(incident).every(isOfNetwork));
  const opening = { scope: 'network', cause: 'network', kind: 'channel_down' } as const;
  const into =
    whole[0] ?? openIncident(step, { ...opening, severity: 'critical', started_at: since });
  widen(step, into, 'network', 'network');
  into.started_at = Math.min(into.started_at, since);
  for (const from of found) merge(step, from, into, isOfNetwork);
}

/** What failed meanwhile has to fail again to count. */
export function endNetworkOutage(step: Step, since: number): void {
  for (const [key, watch] of step.watches) {
    const isOfNetwork = isOfConnection(watch.why) && (watch.failing_since ?? 0) >= since;
    const isBegun = isOutage(watch.subject.kind) && watch.is_bad && isOfNetwork;
    if (!isBegun && step.places.get(key)?.incident.scope !== 'network') continue;
    leave(step, key, step.nowS, 'up');
    step.watches.delete(key);
  }
  step.ignored_until = step.nowS;
  for (const incident of openIncidents(step)) {
    if (incident.scope !== 'network') continue;
    endIncident(step, incident, step.nowS);
  }
}
