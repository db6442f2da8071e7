import { isOutage, type Severity, worse } from '../alert-kind.ts';
import { modelsOf } from '../findings/watched-channel.ts';
import { mergeMany } from '../group.ts';
import { failingMembers, type Incident, isFlapping } from '../incident.ts';
import { quietUntil } from '../quiet/quiet-hours.ts';
import { servingIn, weighAll } from '../severity.ts';
import { endIncident, note, openIncidents, type Step } from '../step.ts';
import { type Destination, tracksIncidents } from './destination.ts';
import { isFor } from './is-for.ts';
import { type BriefContext, briefOf, type Item, type News } from './news.ts';
import { afterTelling, mayTell, type Urgency } from './pace.ts';
import { isSilent } from './silence.ts';

/** What one destination is told. */
export interface OutgoingNotice {
  /** The same for each attempt to deliver it. */
  key: string;
  destination_id: number;
  severity: Severity;
  created_at: number;
  /** When it may be sent: quiet hours hold it back. */
  due_at: number;
  news: readonly News[];
}

/** So many that begin together are told as one. */
const manyIncidents = 3;

/** Decides what to tell now, and to whom. What has to wait is found again by a later step. */
export function tell(step: Step): OutgoingNotice[] {
  const items = itemsOf(step);
  const paced = items.filter(({ urgency }) => urgency !== 'unpaced');
  const waiting_since = paced.length === 0 ? null : (step.pace.waiting_since ?? step.nowS);
  if (waiting_since !== step.pace.waiting_since) step.pace = { ...step.pace, waiting_since };
  if (paced.length === 0) return send(step, items);
  if (!mayTell(step.pace, mostUrgent(paced), step.nowS)) {
    const unpaced = items.filter(({ urgency }) => urgency === 'unpaced');
    return send(step, unpaced);
  }
  const begun = paced
    .filter(({ kind, incident }) => kind === 'opened' && isOutage(incident.kind))
    .map(({ incident }) => incident);
  const isMany = begun.length >= manyIncidents;
  if (isMany) {
    mergeMany(step, begun);
    weighAll(step);
  }
  step.pace = afterTelling(step.pace, step.nowS);
  return send(step, isMany ? itemsOf(step) : items);
}

function mostUrgent(items: readonly Item[]): Urgency {
  const urgencies = items.map(({ urgency }) => urgency);
  if (urgencies.includes('at_once')) return 'at_once';
  return urgencies.includes('soon') ? 'soon' : 'later';
}

function itemsOf(step: Step): Item[] {
  return [...step.incidents.values()].flatMap((incident) => {
    if (incident.ended_at !== null) return ended(step, incident);
    if (isSilent(step, incident)) return [];
    noteSeverity(step, incident);
    const news = newsOf(step, incident);
    return [...(news ? [{ ...news, incident, after_min: 0 }] : []), ...escalations(step, incident)];
  });
}

function ended(step: Step, incident: Incident): Item[] {
  const { announced, merged_into } = incident;
  if (isOver(incident) || !announced) return [];
  if (merged_into === null && isSilent(step, incident)) {
    incident.announced = { ...announced, is_over: true };
    step.changed.add(incident);
    return [];
  }
  return merged_into === null
    ? [{ incident, kind: 'resolved', urgency: 'soon', after_min: 0 }]
    : [{ incident, kind: 'merged', urgency: 'unpaced', after_min: 0 }];
}

/** Whether there is nothing left to tell about an incident that has ended. */
export function isOver({ ended_at, announced }: Incident): boolean {
  return ended_at !== null && (announced === null || announced.is_over);
}

/** Remembers since when an incident is less severe than people know. */
function noteSeverity(step: Step, incident: Incident): void {
  const { announced, severity } = incident;
  if (!announced) return;
  const isLower =
    severity !== announced.severity && worse(severity, announced.severity) !== severity;
  if (isLower === ((announced.lower_since ?? null) !== null)) return;
  Object.assign(announced, { lower_since: isLower ? step.nowS : null, is_lower_known: false });
  step.changed.add(incident);
}

/** How long it must have been less severe: what was missing may be gone again. */
const easedAfterS = 300;
const growthAfterS = 300;
const growthCalmS = 30;

/** What is new about an open incident; null if people know it already. */
function newsOf({ nowS, setup }: Step, incident: Incident): Pick<Item, 'kind' | 'urgency'> | null {
  const { announced, severity, scope, last_join_at, acknowledged_at } = incident;
  const atOnce = severity === 'critical' ? 'at_once' : 'soon';
  if (!announced) return { kind: 'opened', urgency: severity === 'info' ? 'later' : atOnce };
  if (worse(severity, announced.severity) !== announced.severity) {
    return { kind: 'worse', urgency: atOnce };
  }
  const lowerSince = announced.lower_since ?? null;
  const isLower = lowerSince !== null && !announced.is_lower_known;
  if (isLower && nowS - lowerSince >= easedAfterS) return { kind: 'eased', urgency: 'soon' };
  // A destination that knows that everything fails need not know that it is the network.
  const isWider = scope !== announced.scope && announced.scope !== 'many';
  if (isWider) return { kind: 'cause', urgency: scope === 'network' ? 'at_once' : 'later' };
  if (isFlapping(incident) !== announced.is_flapping) return { kind: 'flapping', urgency: 'soon' };
  const hasGrown = failingMembers(incident).length >= 2 * announced.members;
  const isCalm = nowS - last_join_at >= growthCalmS && nowS - announced.at >= growthAfterS;
  if (hasGrown && isCalm && scope !== 'network') return { kind: 'grown', urgency: 'soon' };
  const reminderS = setup.rules.reminder_min * 60;
  const isDue = reminderS > 0 && nowS - announced.at >= reminderS && acknowledged_at === null;
  return isDue ? { kind: 'reminder', urgency: 'unpaced' } : null;
}

function escalations({ nowS, setup }: Step, incident: Incident): Item[] {
  const { announced, acknowledged_at, escalated_min } = incident;
  if (!announced || acknowledged_at !== null) return [];
  const isDue = (min: number) => min > escalated_min && nowS - announced.first_at >= min * 60;
  const due = new Set(setup.destinations.map(({ after_min }) => after_min).filter(isDue));
  return [...due].map((after_min) => {
    return { incident, kind: 'escalated', urgency: 'unpaced', after_min } as const;
  });
}

interface Told {
  item: Item;
  news: News;
}

/** Turns the items into a notice for each destination that wants any of them, and remembers what was told. */
function send(step: Step, items: readonly Item[]): OutgoingNotice[] {
  const context: BriefContext = { channels: step.channels, serving: servingIn(step) };
  const told = items.map((item) => ({ item, news: newsItem(step, item, context) }));
  const notices: OutgoingNotice[] = [];
  const reached = new Map<Item, OutgoingNotice[]>();
  for (const destination of step.setup.destinations) {
    const own = told.filter(({ item }) => isFor(destination, item, step.channels));
    const groups = tracksIncidents(destination) ? own.map((one) => [one]) : [own];
    for (const group of groups.filter(({ length }) => length > 0)) {
      const notice = noticeOf(step, destination, group);
      notices.push(notice);
      for (const { item } of group) reached.set(item, [...(reached.get(item) ?? []), notice]);
    }
  }
  for (const item of items) remember(step, item, reached.get(item) ?? []);
  return notices;
}

function noticeOf(step: Step, destination: Destination, group: readonly Told[]): OutgoingNotice {
  const { id: destination_id, quiet_hours, time_zone } = destination;
  const news = group.map((one) => one.news);
  const severity = news.map((one) => one.severity).reduce(worse, 'info');
  const isUrgent = group.some(({ item }) => severityOf(item) === 'critical');
  const heldUntil = isUrgent ? null : quietUntil(quiet_hours, time_zone, step.nowS);
  step.last_notice += 1;
  const key = `n${step.last_notice}-d${destination_id}`;
  const [created_at, due_at] = [step.nowS, heldUntil ?? step.nowS];
  return { key, destination_id, severity, created_at, due_at, news };
}

/** The end of something critical is as urgent as its beginning. */
function severityOf({ incident, kind }: Item): Severity {
  return kind === 'resolved' || kind === 'eased'
    ? (incident.announced?.severity ?? 'info')
    : incident.severity;
}

function newsItem({ nowS: at }: Step, { incident, kind }: Item, context: BriefContext): News {
  const severity = kind === 'resolved' || kind === 'merged' ? 'info' : incident.severity;
  return { kind, at, severity, incident: briefOf(incident, context) };
}

function remember(
  step: Step,
  { incident, kind, after_min }: Item,
  notices: readonly OutgoingNotice[],
): void {
  const { announced, severity, scope, lacking } = incident;
  if (kind === 'resolved') coverEasing(step, incident);
  const destinations = notices.map(({ destination_id }) => destination_id);
  note(step, incident, 'told', { news: kind, notices: notices.map(({ key }) => key) });
  if (kind !== 'resolved' && kind !== 'merged') {
    incident.told = [...new Set([...incident.told, ...destinations])];
  }
  if (kind === 'escalated') {
    incident.escalated_min = Math.max(incident.escalated_min, after_min);
    return;
  }
  const isNote = severity === 'info' && kind === 'opened';
  incident.announced = {
    first_at: announced?.first_at ?? step.nowS,
    at: step.nowS,
    severity: kind === 'eased' ? severity : worse(severity, announced?.severity ?? 'info'),
    lower_since: kind === 'eased' ? null : (announced?.lower_since ?? null),
    is_lower_known: announced?.is_lower_known ?? false,
    lacking,
    scope,
    members: failingMembers(incident).length,
    is_flapping: isFlapping(incident),
    is_over: incident.ended_at !== null || isNote,
  };
  if (isNote) endNote(step, incident);
}

/** Who is told that the models work again which another incident lacked need not be told of that one. */
function coverEasing(step: Step, over: Incident): void {
  const models = modelsOf(over.members, step.channels);
  for (const one of openIncidents(step)) {
    const { lacking = [], lower_since = null } = one.announced ?? {};
    const isCovered = lacking.length > 0 && lacking.every((model) => models.has(model));
    if (!one.announced || lower_since === null || !isCovered) continue;
    one.announced.is_lower_known = true;
    step.changed.add(one);
  }
}

/** There is nothing to recover from. */
function endNote(step: Step, incident: Incident): void {
  for (const member of failingMembers(incident)) member.left_at = step.nowS;
  endIncident(step, incident, step.nowS);
}
