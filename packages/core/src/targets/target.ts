import { z } from 'zod';
import { settingRules } from '../admin/settings.ts';
import { channelFaultShape } from '../evidence/channel-fault-shape.ts';
import { priceRulesSchema } from '../money/price-rules-schema.ts';
import { faultOfAliases } from '../names/channel-names.ts';
import { errorKinds } from '../probes/error-kind.ts';
import { runNoteShape } from '../runs/run-note.ts';
import { plainLine, ruleLine, unixSeconds } from '../shape.ts';
import { keyStateShape } from '../target-keys/key-state-shape.ts';
import { apiKeySchema, keysSchema } from '../target-keys/keys-schema.ts';
import { baseUrlSchema } from './base-url.ts';
import { headerValue } from './header-value.ts';
import { formerPrompt } from './own-prompt.ts';
import { faultOfProxyUrl, normaliseProxyUrl } from './proxy-address.ts';
import {
  faultOfBodyOverride,
  formatBodyOverride,
  parseBodyOverride,
} from './rules/body-override.ts';
import { faultOfHeaderRule } from './rules/header-rule.ts';
import { faultOfModelAlias, formatModelAlias, parseModelAlias } from './rules/model-alias.ts';
import { faultOfPathRule, formatPathRule, parsePathRule } from './rules/path-rule.ts';
import { longestTag } from './tags.ts';

/** What the last run found; `error`: the list of models could not be read. */
export const targetStatuses = ['healthy', 'degraded', 'down', 'no_models', 'error'] as const;
export type TargetStatus = (typeof targetStatuses)[number];

const sourceUrlSchema = z
  .string()
  .trim()
  .max(1024)
  .refine((raw) => raw === '' || /^https?:\/\//i.test(raw), {
    error: 'must be an http:// or https:// address',
    params: { code: 'wrong_url' },
  })
  .transform((raw) => (raw === '' ? null : raw))
  .nullable();

const proxyUrlSchema = z
  .string()
  .trim()
  .max(1024)
  .superRefine((raw, context) => {
    const message = raw === '' ? null : faultOfProxyUrl(raw);
    if (message) context.addIssue({ code: 'custom', message, params: { code: 'wrong_proxy' } });
  })
  .transform((raw) => (raw === '' ? null : normaliseProxyUrl(raw)))
  .nullable()
  .describe('http://, https:// or socks5://, or direct; null: the default proxy');

const certificate = /-----BEGIN CERTIFICATE-----[\sA-Za-z\d+/=]+-----END CERTIFICATE-----/g;

const headerRuleSchema = ruleLine(faultOfHeaderRule, 'wrong_header');
const modelAliasSchema = ruleLine(faultOfModelAlias, 'wrong_alias').transform((text) =>
  formatModelAlias(parseModelAlias(text)),
);
const bodyOverrideSchema = ruleLine(faultOfBodyOverride, 'wrong_override').transform((text) =>
  formatBodyOverride(parseBodyOverride(text)),
);
const pathRuleSchema = ruleLine(faultOfPathRule, 'wrong_path').transform((text) =>
  formatPathRule(parsePathRule(text)),
);

const userAgentSchema = z
  .string()
  .trim()
  .max(512)
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII, since it travels in a header')
  .transform((text) => (text === '' ? null : text))
  .nullable()
  .describe('sent with every request; null: the client’s, or for probes a browser’s');

/** The most characters that any field of a channel may have. */
export const longestFieldCharacters = 65_536;

/** Only the certificates are kept: tools write comments between them. */
const caCertificateSchema = z
  .string()
  .trim()
  .max(longestFieldCharacters)
  .refine((raw) => raw === '' || (raw.match(certificate) && !raw.includes('PRIVATE KEY')), {
    error: 'must be PEM certificates (-----BEGIN CERTIFICATE-----), without a private key',
    params: { code: 'wrong_certificate' },
  })
  .transform((raw) => raw.match(certificate)?.join('\n').replaceAll('\r\n', '\n') ?? null)
  .nullable()
  .describe('PEM certificates that its TLS is checked against, besides those of the system');

/** Multi-line text without characters that a database refuses or a protocol changes. */
const promptSchema = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .refine(
    (text) => !/(?![\t\n\r])[\p{Cc}\p{Cs}]/u.test(text),
    'must not contain control characters or broken Unicode',
  );

export const modelsModes = ['listed', 'manual', 'both'] as const;

const factor = z.number().min(0).max(1000);

const modelNames = z.array(plainLine.min(1).max(256)).max(5000);

const largestPriority = 1_000_000;
export const mostTags = 20;

/** Labels are compared without case, so the first spelling stays. */
const tagsSchema = z
  .array(plainLine.trim().min(1).max(longestTag))
  .max(mostTags)
  .transform((tags) => {
    const byKey = new Map(tags.toReversed().map((tag) => [tag.toLowerCase(), tag]));
    return [...byKey.values()].toReversed();
  })
  .describe('labels for filters, keys and bulk actions');

export const largestSortOrder = 1_000_000;

/** Every field of a target that a caller may set, with its bounds. */
export const targetFieldSchemas = {
  name: plainLine.trim().min(1).max(128),
  base_url: baseUrlSchema,
  api_key: apiKeySchema,
  keys: keysSchema(apiKeySchema),
  enabled: z.boolean(),
  interval_min: settingRules.default_interval_min.schema,
  timeout_s: z.number().min(3).max(300),
  first_token_timeout_s: z
    .number()
    .min(0)
    .max(600)
    .describe('after which the gateway tries another channel for a stream; 0: automatic'),
  verify_ssl: z.boolean(),
  proxy_url: proxyUrlSchema,
  ca_certificate: caCertificateSchema,
  user_agent: userAgentSchema,
  headers: z
    .array(headerRuleSchema)
    .max(50)
    .describe('"Name: value" sets a header of every request, "-Name" removes it'),
  prompt: promptSchema,
  anthropic_version: headerValue(4, 64),
  max_models: z.int().min(0).max(5000),
  source_url: sourceUrlSchema,
  sort_order: z.int().min(1).max(largestSortOrder),
  visitor_channel_actions_enabled: z.boolean(),
  selected_models: modelNames,
  models: modelNames.describe('typed by hand'),
  models_mode: z
    .enum(modelsModes)
    .describe('which models there are: listed, typed by hand, or both'),
  exclude: modelNames.describe('names, or patterns with *, of models that are left out entirely'),
  model_aliases: z
    .array(modelAliasSchema)
    .max(5000)
    .superRefine((lines, context) => {
      const { index, code, message } = faultOfAliases(lines) ?? {};
      if (index === undefined) return;
      context.addIssue({ code: 'custom', path: [index], message, params: { code } });
    })
    .describe('"public name = model id": clients may ask for the model by this name'),
  tags: tagsSchema,
  priority: z
    .int()
    .min(-largestPriority)
    .max(largestPriority)
    .describe('of channels whose models work, those with the highest are asked first'),
  weight: z.int().min(1).max(10_000).describe('its share of the traffic among equals'),
  max_concurrency: z
    .int()
    .min(0)
    .max(10_000)
    .describe('requests at a time, probes included; 0: as many as it turns out to bear'),
  min_gap_ms: z.int().min(0).max(60_000).describe('milliseconds between two requests'),
  body_overrides: z
    .array(bodyOverrideSchema)
    .max(50)
    .describe(
      '"/pointer = JSON" sets a field of the gateway\'s requests, "?/pointer = JSON" one that is absent, "-/pointer" removes it; a model pattern and a blank may come first',
    ),
  paths: z
    .array(pathRuleSchema)
    .max(50)
    .describe('"route = /path" where the channel deviates, "route = none" for what it lacks'),
  price_multiplier: factor.describe('what the channel charges relative to the list price'),
  unit_cost: factor.describe('what a unit of its credit costs you'),
  prices: priceRulesSchema,
  balance_interval_min: z
    .int()
    .min(0)
    .max(1440)
    .refine((minutes) => minutes === 0 || minutes >= 5, 'must be 0, or from 5 to 1440')
    .describe('minutes between two looks at its balance, from 5; 0: never'),
  ask_usage: z
    .boolean()
    .describe(
      "the gateway asks for the usage of chat streams, and keeps it from clients that didn't",
    ),
  dont_probe: modelNames.describe('names, or patterns with *, of models that probes leave out'),
  traffic_proves: z.boolean().describe('a run leaves out models that traffic has just proven'),
  probe_requests_per_day: z.int().min(0).max(1_000_000).describe('0: no limit'),
  probe_tokens_per_day: z.int().min(0).max(1_000_000_000).describe('0: no limit'),
};

/** The fields that are sealed at rest, masked when they are read, and left out of exports without keys. */
export const secretTargetFields = ['api_key', 'proxy_url'] as const;
export type SecretTargetField = (typeof secretTargetFields)[number];

/**
 * The fields whose values are hidden from visitors and logs: of `keys` each `api_key` is sealed, and a
 * header's value may be a secret too.
 */
export const sensitiveTargetFields = [...secretTargetFields, 'keys', 'headers'] as const;

/**
 * The fields of a channel that code manages which people may still change: pausing one can't wait for a
 * commit, and the order belongs to the page. Code that names them sets them again.
 */
export const fieldsFreeOfCode: readonly string[] = [
  'enabled',
  'sort_order',
] satisfies (keyof typeof targetFieldSchemas)[];

/** How a target is reached: what was found with other values says nothing about these. */
export const transportFields = [
  'verify_ssl',
  'proxy_url',
  'ca_certificate',
  'user_agent',
  'headers',
  'paths',
] as const;

/** A channel: one relay or provider account. */
export const targetShape = z.object({
  id: z.int(),
  ...targetFieldSchemas,
  created_at: unixSeconds,
  updated_at: unixSeconds,
  last_run_at: unixSeconds.nullable(),
  last_status: z.enum(targetStatuses).nullable(),
  last_total: z.int(),
  last_success: z.int(),
  last_fail: z.int(),
  last_log_file: z.string().nullable(),
  last_error: z.string().nullable(),
  last_error_kind: z.enum(errorKinds).nullable(),
  last_notes: z
    .array(runNoteShape)
    .nullable()
    .describe('what `last_error` says, as codes; null: nothing, or a note of an earlier version'),
  fault: channelFaultShape.nullable().describe('why no model of the channel can serve; null: none'),
  managed_by: z
    .string()
    .nullable()
    .describe('the file that code sets the channel from, which makes it read-only; null: none'),
  key_states: z.array(keyStateShape).describe('of each of `keys`, in their order'),
});
export type Target = z.output<typeof targetShape>;

/** The fields that a PATCH may change; an absent field stays as it is. */
export type TargetPatch = Partial<Pick<Target, keyof typeof targetFieldSchemas>>;

/** The fields of a new target with every default filled in; `sort_order` null: after the last. */
export type TargetInput = Required<Omit<TargetPatch, 'sort_order'>> & { sort_order: number | null };

/** What a new target gets for the fields that its creator leaves out. */
export const targetDefaults: Omit<TargetInput, 'name' | 'base_url' | 'api_key'> = {
  keys: [],
  enabled: true,
  interval_min: settingRules.default_interval_min.default,
  timeout_s: 30,
  first_token_timeout_s: 0,
  verify_ssl: true,
  proxy_url: null,
  ca_certificate: null,
  user_agent: null,
  headers: [],
  prompt: formerPrompt,
  // The version that Anthropic's API documentation names; unchanged since 2023.
  anthropic_version: '2023-06-01',
  max_models: 0,
  source_url: null,
  sort_order: null,
  visitor_channel_actions_enabled: false,
  selected_models: [],
  models: [],
  models_mode: 'both',
  exclude: [],
  model_aliases: [],
  tags: [],
  priority: 0,
  weight: 1,
  max_concurrency: 0,
  min_gap_ms: 0,
  body_overrides: [],
  paths: [],
  price_multiplier: 1,
  unit_cost: 1,
  prices: [],
  balance_interval_min: 30,
  ask_usage: false,
  dont_probe: [],
  traffic_proves: true,
  probe_requests_per_day: 0,
  probe_tokens_per_day: 0,
};
