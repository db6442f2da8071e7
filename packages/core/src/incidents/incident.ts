import { z } from 'zod';
import { namesOf } from '../pick.ts';
import { errorKinds } from '../probes/error-kind.ts';
import { unixSeconds } from '../shape.ts';
import { alertKindRules, severities } from './alert-kind.ts';

/**
 * What the members of an incident have in common.
 * - `network`: this monitor reaches nobody.
 * - `many`: several causes at once, too many to tell one by one.
 * - `vendor`: a model fails on channels that have nothing else in common.
 * - `channel`, `key`: one channel, or some of its keys.
 * - `other`: something that isn't an outage.
 */
export const incidentScopes = ['network', 'many', 'vendor', 'channel', 'key', 'other'] as const;
export type IncidentScope = (typeof incidentScopes)[number];

const alertKinds = namesOf(alertKindRules);

const subjectShape = z.object({
  kind: z.enum(alertKinds),
  target_id: z.int().nullable(),
  model: z.string().nullable(),
  name: z.string().nullable().describe("a key's or a service's"),
});

const memberShape = z.object({
  subject: subjectShape,
  channel: z.string().nullable().describe("the channel's name when it joined"),
  since: unixSeconds,
  left_at: unixSeconds.nullable().describe('null: it still fails'),
  left_by: z.enum(['up', 'removed']).nullable().describe('`removed`: it is no longer watched'),
  is_flapping: z.boolean(),
  why: z
    .object({ kind: z.enum(errorKinds).nullable(), message: z.string() })
    .nullable()
    .describe("in the provider's own words"),
  figures: z.record(z.string(), z.union([z.number(), z.string()])),
});
export type Member = z.output<typeof memberShape>;

/** What people were last told about an incident. */
const announcedShape = z.object({
  first_at: unixSeconds,
  at: unixSeconds,
  severity: z.enum(severities),
  scope: z.enum(incidentScopes),
  members: z.int(),
  is_flapping: z.boolean(),
  is_over: z.boolean().describe('nothing is left to tell'),
  lower_since: unixSeconds
    .nullable()
    .optional()
    .describe('since when it is less severe than that; null or absent: it isn’t'),
  lacking: z.array(z.string()).optional().describe('models that no channel served, as it was told'),
  is_lower_known: z
    .boolean()
    .optional()
    .describe('whether the recovery of another incident has said that it is less severe'),
});

/** What went wrong together, from its first member to the recovery of its last. */
export const incidentShape = z.object({
  id: z.int(),
  scope: z.enum(incidentScopes),
  cause: z.string().describe('the same for incidents with the same cause'),
  kind: z.enum(alertKinds).describe("its first member's"),
  severity: z.enum(severities),
  started_at: unixSeconds,
  ended_at: unixSeconds.nullable(),
  merged_into: z.int().nullable().describe('the incident that has its members now'),
  last_join_at: unixSeconds,
  members: z.array(memberShape),
  lacking: z.array(z.string()).describe('wanted models that no channel serves'),
  announced: announcedShape.nullable().describe('null: nobody was told yet'),
  told: z.array(z.int()).describe('the destinations that were told'),
  escalated_min: z.int().describe('the escalation that was reached; 0: none'),
  acknowledged_at: unixSeconds.nullable(),
  acknowledged_by: z.string().nullable(),
  muted_until: unixSeconds.nullable(),
  events: z.int().describe('how many there are'),
});
export type Incident = z.output<typeof incidentShape>;

const incidentEventKinds = [
  'opened',
  'joined',
  'left',
  'severity',
  'cause',
  'flapping',
  'settled',
  'told',
  'acknowledged',
  'withdrawn',
  'muted',
  'unmuted',
  'merged',
  'resolved',
] as const;

/** A line of an incident's timeline. */
export const incidentEventShape = z.object({
  incident_id: z.int(),
  seq: z.int().describe('counted from 1 within the incident'),
  at: unixSeconds,
  kind: z.enum(incidentEventKinds),
  detail: z.record(z.string(), z.unknown()),
});
export type IncidentEvent = z.output<typeof incidentEventShape>;

/** The members that still fail. */
export function failingMembers({ members }: Pick<Incident, 'members'>): Member[] {
  return members.filter(({ left_at }) => left_at === null);
}

/** Whether it flaps: none of its members is simply down. */
export function isFlapping(incident: Pick<Incident, 'members'>): boolean {
  const failing = failingMembers(incident);
  return failing.length > 0 && failing.every(({ is_flapping }) => is_flapping);
}
