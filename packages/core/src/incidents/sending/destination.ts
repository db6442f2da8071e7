import { z } from 'zod';
import { namesOf } from '../../pick.ts';
import { plainLine, unixSeconds } from '../../shape.ts';
import { alertKindRules, severities } from '../alert-kind.ts';
import { timeZone } from '../quiet/maintenance.ts';
import { quietHoursShape } from '../quiet/quiet-hours.ts';

export const noticeLanguages = ['en', 'zh'] as const;
export type NoticeLanguage = (typeof noticeLanguages)[number];

/** Every field of a destination that an admin sets, but for its config, which its adapter checks. */
export const destinationFieldSchemas = {
  name: plainLine.trim().min(1).max(128),
  kind: z
    .string()
    .regex(/^[a-z]{1,32}$/)
    .describe('which adapter sends'),
  enabled: z.boolean(),
  severities: z.array(z.enum(severities)).min(1).max(severities.length),
  kinds: z.array(z.enum(namesOf(alertKindRules))).describe('empty: all'),
  target_ids: z.array(z.int().positive()).max(5000),
  tags: z.array(plainLine.min(1).max(32)).max(100),
  models: z.array(plainLine.min(1).max(256)).max(1000).describe('names, or patterns with *'),
  recoveries: z.boolean().describe('whether it is told that something works again'),
  after_min: z
    .int()
    .min(0)
    .max(10_080)
    .describe('told only of what nobody has acknowledged for so long; 0: of everything, at once'),
  language: z.enum(noticeLanguages),
  time_zone: timeZone,
  quiet_hours: quietHoursShape.nullable(),
  per_minute: z.int().min(0).max(6000).describe('notices; 0: what the vendor allows'),
};

/** Where notices go. Without channels and tags it is told of all channels; without models, of all models. */
export const destinationShape = z.object({
  id: z.int(),
  ...destinationFieldSchemas,
  created_at: unixSeconds,
  updated_at: unixSeconds,
});
export type Destination = z.output<typeof destinationShape>;
export type DestinationInput = Pick<Destination, keyof typeof destinationFieldSchemas>;

export const destinationDefaults: Omit<DestinationInput, 'name' | 'kind'> = {
  enabled: true,
  severities: [...severities],
  kinds: [],
  ...{ target_ids: [], tags: [], models: [] },
  recoveries: true,
  after_min: 0,
  language: 'en',
  time_zone: 'UTC',
  quiet_hours: null,
  per_minute: 0,
};

/** Destinations that keep a list of open incidents, so each notice is about one, and a merged one is closed. */
export function tracksIncidents({ kind }: Pick<Destination, 'kind'>): boolean {
  return kind === 'pagerduty' || kind === 'opsgenie';
}
