import { z } from 'zod';
import { priceRulesSchema } from '../money/price-rules-schema.ts';
import { faultOfAliasGroup, nameInTwoGroups } from '../names/alias-group.ts';
import { namesOf, recordOf } from '../pick.ts';
import { type RoutingPolicy, routingPolicies } from '../routing/routing-policy.ts';
import { plainLine } from '../shape.ts';

const aliasGroup = z
  .string()
  .trim()
  .max(8192)
  .superRefine((line, context) => {
    const message = faultOfAliasGroup(line);
    if (message) context.addIssue({ code: 'custom', message, params: { code: 'wrong_aliases' } });
  });

const aliasGroups = z
  .array(aliasGroup)
  .max(2000)
  .superRefine((lines, context) => {
    const name = nameInTwoGroups(lines);
    if (name === null) return;
    const message = `must have "${name}" in one group only`;
    context.addIssue({ code: 'custom', message, params: { code: 'repeated' } });
  })
  .describe('"name = id = id": what else a model is called; any of these names means all of them');

/** The switches, numbers and lists that an admin can set at run time, with their bounds and defaults. */
export const settingRules = {
  visitor_mode_enabled: { schema: z.boolean(), default: false },
  log_cleanup_enabled: { schema: z.boolean(), default: true },
  log_max_size_mb: wholeNumber({ min: 0, max: 102_400, default: 500 }),
  default_interval_min: wholeNumber({ min: 1, max: 1440, default: 30 }),
  probe_requests_per_day: wholeNumber({ min: 0, max: 10_000_000, default: 0 }),
  probe_tokens_per_day: wholeNumber({ min: 0, max: 10_000_000_000, default: 0 }),
  model_aliases: { schema: aliasGroups, default: noLines() },
  dismissed_aliases: {
    schema: z
      .array(plainLine.min(1).max(256))
      .max(5000)
      .describe('proposals for `model_aliases` that are not made again'),
    default: noLines(),
  },
  routing_policy: {
    schema: z
      .enum(routingPolicies)
      .describe('how the gateway chooses among channels that are equally good'),
    default: 'latency' as RoutingPolicy,
  },
  bare_models: {
    schema: z.boolean().describe('whether a model may be called without its channel'),
    default: true,
  },
  patience_s: wholeNumber(
    { min: 1, max: 3600, default: 120 },
    'how long all channels of a request together may take to begin to answer, in seconds',
  ),
  prices: { schema: priceRulesSchema, default: noLines() },
  price_source: {
    schema: z
      .string()
      .trim()
      .max(1024)
      .refine((text) => /^$|^https?:\/\/[^\s@]+$|^[\w-][\w.-]*\.json$/.test(text), {
        error: 'must be an http:// or https:// address, or a .json file in the data folder',
        params: { code: 'wrong_url' },
      })
      .describe('newer data of @pydantic/genai-prices; empty: what is built in'),
    default: '',
  },
  currency: {
    schema: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be a code of ISO 4217 in capitals, such as USD')
      .describe('what amounts of money are called, once `unit_cost` is counted in'),
    default: 'USD',
  },
  spread: {
    ...{ min: 1, max: 10, default: 1.25 },
    schema: z
      .number()
      .min(1)
      .max(10)
      .describe('by latency, channels within this factor of the fastest share the traffic'),
  },
  price_tolerance: {
    ...{ min: 1, max: 10, default: 1.05 },
    schema: z
      .number()
      .min(1)
      .max(10)
      .describe(
        'by price, the fastest of the channels within this factor of the cheapest goes first',
      ),
  },
};

function noLines(): string[] {
  return [];
}

function wholeNumber(range: { min: number; max: number; default: number }, meaning?: string) {
  const schema = z.int().min(range.min).max(range.max);
  return { ...range, schema: meaning === undefined ? schema : schema.describe(meaning) };
}

type Rules = typeof settingRules;
export const settingNames = namesOf(settingRules);

const schemas = settingNames.map((name) => [name, settingRules[name].schema]);
export const settingsShape = z.object(
  Object.fromEntries(schemas) as { [Name in keyof Rules]: Rules[Name]['schema'] },
);
export type SettingValues = z.output<typeof settingsShape>;

/** The settings that decide where a request through the gateway goes, and how long that may take. */
export type RoutingSettings = Pick<
  SettingValues,
  'routing_policy' | 'bare_models' | 'patience_s' | 'spread' | 'price_tolerance'
>;

/** The settings that an admin has set; null if one isn't set or can't be read. */
export type PlainSettings = { [Name in keyof Rules]: SettingValues[Name] | null };

/** As environment variables and the older tool spell it: true, 1, yes, on; false, 0, no, off; in any case. */
const onOff = z.string().trim().pipe(z.stringbool());
const decimal = z
  .string()
  .trim()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
const lines = z.string().transform((text) => text.split('\n').filter((line) => line !== ''));

/** How the value of a setting is stored; `parseSettings` reads it. */
export function settingText(value: SettingValues[keyof Rules] | string): string {
  return Array.isArray(value) ? value.join('\n') : String(value);
}

/** Reads stored text. A value that is missing, unreadable or out of bounds is null, so its default applies. */
export function parseSettings(stored: ReadonlyMap<string, string>): PlainSettings {
  const read = (name: keyof Rules) => {
    const { schema } = settingRules[name];
    return schema.safeParse(formOf(schema).safeParse(stored.get(name)).data).data ?? null;
  };
  return Object.fromEntries(settingNames.map((name) => [name, read(name)])) as PlainSettings;
}

function formOf(schema: Rules[keyof Rules]['schema']) {
  if (schema instanceof z.ZodBoolean) return onOff;
  if (schema instanceof z.ZodArray) return lines;
  const isText = schema instanceof z.ZodEnum || schema instanceof z.ZodString;
  return isText ? z.string().trim() : decimal;
}

/** What the environment says about settings; what an admin sets overrides it. */
export type GivenSettings = Partial<SettingValues>;

/**
 * The settings in force: what an admin set, else what the environment gives, else the default. The cast's
 * guarantee: each value is that of its own setting.
 */
export function settingsInForce(set: PlainSettings, given: GivenSettings): SettingValues {
  return recordOf(
    settingNames,
    (name) => set[name] ?? givenOrDefault(given, name),
  ) as SettingValues;
}

/** Where a setting in force comes from. A variable that says the same as the default counts as the default. */
export function sourceOfSetting(
  name: keyof Rules,
  set: PlainSettings,
  given: GivenSettings,
): 'admin' | 'environment' | 'default' {
  if (set[name] !== null) return 'admin';
  const usual = settingText(settingRules[name].default);
  return settingText(givenOrDefault(given, name)) === usual ? 'default' : 'environment';
}

function givenOrDefault(given: GivenSettings, name: keyof Rules) {
  return given[name] ?? settingRules[name].default;
}
