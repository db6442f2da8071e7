import { z } from 'zod';
import { severities } from '../alert-kind.ts';
import { type ChannelIndex, modelsOf, type Serving } from '../findings/watched-channel.ts';
import {
  failingMembers,
  type Incident,
  incidentShape,
  isFlapping,
  type Member,
} from '../incident.ts';
import type { Urgency } from './pace.ts';

/**
 * What people are told about an incident.
 * - `worse`: its severity rose. `eased`: it is no longer as severe, and has not been for a while. `cause`: it is wider than was thought. `grown`: it has many more members.
 * - `merged`: another one has its members now; only destinations that keep lists are told.
 */
export const newsKinds = [
  'opened',
  'worse',
  'eased',
  'cause',
  'grown',
  'flapping',
  'reminder',
  'escalated',
  'merged',
  'resolved',
] as const;
export type NewsKind = (typeof newsKinds)[number];

const subjectBriefShape = z.object({
  ...incidentShape.shape.members.element.omit({ left_at: true, left_by: true, subject: true })
    .shape,
  kind: incidentShape.shape.kind,
  model: z.string().nullable(),
  name: z.string().nullable(),
});

/** An incident as it was when it was told, with the names of its channels: a notice may wait for hours. */
const briefShape = z.object({
  ...incidentShape.pick({
    ...{ id: true, scope: true, kind: true, severity: true },
    ...{ started_at: true, ended_at: true, merged_into: true, acknowledged_by: true },
  }).shape,
  is_flapping: z.boolean(),
  is_removed: z.boolean().describe('it ended because nothing of it is watched any more'),
  failing: z.int().describe('members that still fail'),
  members: z.int().describe('all that it ever had'),
  subjects: z.array(subjectBriefShape).describe('the first of them'),
  channels: z.array(z.string()).describe('the names of the first of them'),
  channel_count: z.int(),
  is_whole_channel: z.boolean(),
  models: z
    .array(z.object({ model: z.string(), channels: z.int(), is_wanted: z.boolean() }))
    .describe('what still serves the models, those that lack a channel first'),
  model_count: z.int(),
});
export type IncidentBrief = z.output<typeof briefShape>;

export const newsShape = z.object({
  kind: z.enum(newsKinds),
  at: z.number(),
  severity: z.enum(severities),
  incident: briefShape,
});
export type News = z.output<typeof newsShape>;

/** Something to tell about an incident; `after_min`: of an escalation. */
export interface Item {
  incident: Incident;
  kind: NewsKind;
  urgency: Urgency | 'unpaced';
  after_min: number;
}

const mostNamed = 10;

export interface BriefContext {
  channels: ChannelIndex;
  serving: (model: string) => Serving;
}

/** The incident in short. After its end, all members that it had are named. */
export function briefOf(incident: Incident, { channels, serving }: BriefContext): IncidentBrief {
  const failing = failingMembers(incident);
  const named = failing.length > 0 ? failing : incident.members;
  const names = [...new Set(named.flatMap(({ channel }) => channel ?? []))];
  const models = [...modelsOf(named, channels)].map(serving);
  const { id, scope, kind, severity, started_at, ended_at, merged_into, acknowledged_by } =
    incident;
  return {
    ...{ id, scope, kind, severity, started_at, ended_at, merged_into, acknowledged_by },
    is_flapping: isFlapping(incident),
    is_removed: incident.members.every(({ left_by }) => left_by === 'removed'),
    failing: failing.length,
    members: incident.members.length,
    subjects: named.toSorted(byWidth).slice(0, mostNamed).map(subjectOf),
    channels: names.slice(0, mostNamed),
    channel_count: names.length,
    is_whole_channel: isWholeChannel(named, channels),
    models: models.toSorted(byNeed).slice(0, mostNamed),
    model_count: models.length,
  };
}

function subjectOf({ subject, left_at: _, left_by: _by, ...member }: Member) {
  const { kind, model, name } = subject;
  return { ...member, kind, model, name };
}

/** A whole channel says more than its models. */
function byWidth(a: Member, b: Member): number {
  const widthOf = ({ subject }: Member) => (subject.kind === 'channel_down' ? 0 : 1);
  return widthOf(a) - widthOf(b) || a.since - b.since;
}

function byNeed(a: Serving, b: Serving): number {
  const needOf = ({ is_wanted, channels }: Serving) =>
    is_wanted ? channels : channels + 1_000_000;
  return needOf(a) - needOf(b);
}

/** Whether nothing on a channel works: it is at fault itself, or all of its models fail. */
export function isWholeChannel(members: readonly Member[], { byId }: ChannelIndex): boolean {
  if (members.some(({ subject }) => subject.kind === 'channel_down')) return true;
  const id = members[0]?.subject.target_id ?? null;
  const models = id === null ? undefined : byId.get(id)?.models;
  const failing = members.filter(({ subject }) => subject.kind === 'model_down');
  return models !== undefined && failing.length > 1 && failing.length === models.length;
}

interface ServiceOutage {
  kind: 'opened' | 'resolved';
  fault: string;
  since: number;
  nowS: number;
}

/** News of a service without which no incident can be stored, so it has no number. */
export function newsOfService(name: string, { kind, fault, since, nowS }: ServiceOutage): News {
  const why = { kind: null, message: fault };
  const subject = { kind: 'service', model: null, name, channel: null } as const;
  const about = { scope: 'other', kind: 'service', severity: 'critical' } as const;
  const isOver = kind === 'resolved';
  return {
    ...{ kind, at: nowS, severity: isOver ? 'info' : 'critical' },
    incident: {
      ...{ id: 0, ...about, started_at: since, ended_at: isOver ? nowS : null },
      ...{ merged_into: null, acknowledged_by: null, is_flapping: false, is_removed: false },
      ...{ failing: isOver ? 0 : 1, members: 1, channels: [], channel_count: 0 },
      subjects: [{ ...subject, since, is_flapping: false, why, figures: {} }],
      ...{ is_whole_channel: false, models: [], model_count: 0 },
    },
  };
}
