import { namesOf } from '@api-monitor/core';
import { z } from 'zod';
import type { Notice } from './notice.ts';
import type { Answer, Outcome } from './outcome.ts';
import { secretTextsOf } from './secret-texts.ts';

export const destinationKinds = [
  'webhook',
  'email',
  'telegram',
  'discord',
  'slack',
  'teams',
  'matrix',
  'feishu',
  'dingtalk',
  'wecom',
  'serverchan',
  'pushplus',
  'bark',
  'ntfy',
  'gotify',
  'pagerduty',
  'opsgenie',
  'apprise',
] as const;
export type DestinationKind = (typeof destinationKinds)[number];

/** A text in each language of the pages. */
export interface Words {
  en: string;
  zh: string;
}

/** How a form asks for a field: `text` is one line, `lines` a list of lines. */
export type FieldInput = 'text' | 'multiline' | 'url' | 'number' | 'choice' | 'switch' | 'lines';

export interface FieldAbout {
  input: FieldInput;
  label: Words;
  help?: Words;
  /** Sealed at rest and masked when it is read. */
  isSecret?: true;
  /** The values that a choice has. */
  choices?: Readonly<Record<string, Words>>;
}

/** A field as a form needs it. */
export interface FieldDescription extends FieldAbout {
  name: string;
  isRequired: boolean;
  /** What an absent field means; undefined if it is required. */
  default: unknown;
}

/** What the vendor allows one destination: so many requests in so many seconds. */
export interface RateLimit {
  requests: number;
  perS: number;
}

export interface HttpRequest {
  method: 'POST' | 'PUT';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** A destination that is told by one HTTP request. */
export interface HttpChannel {
  transport: 'http';
  request(notice: Notice, nowS: number): HttpRequest;
  outcomeOf(answer: Answer): Outcome;
}

export interface MailServer {
  hostname: string;
  port: number;
  /** `tls` from the start, `starttls` before anything is said, `none` in clear text. */
  security: 'tls' | 'starttls' | 'none';
  verifySsl: boolean;
  /** In PEM, trusted besides the system's certificates; empty: none. */
  caCertificate: string;
  /** Empty: without authentication. */
  username: string;
  password: string;
}

export interface Mail {
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  html: string;
  messageId: string;
  /** The first mail about the same incident, to which this one is a reply; null: none. */
  threadId: string | null;
}

/** A destination that is told by SMTP. */
export interface MailChannel {
  transport: 'smtp';
  server: MailServer;
  mail(notice: Notice): Mail;
}

export type Channel = HttpChannel | MailChannel;

export type OpenedDestination =
  | { ok: true; channel: Channel; secrets: readonly string[] }
  | { ok: false; error: z.ZodError };

/** One kind of destination. */
export interface Adapter {
  kind: DestinationKind;
  name: Words;
  /** The vendor's documentation; null: there is no vendor. */
  docs: string | null;
  fields: readonly FieldDescription[];
  /** All of them hold at once. */
  rateLimits: readonly RateLimit[];
  /** Checks a config as it was entered, and fills in defaults; each issue names its field. */
  config: z.ZodType<Record<string, unknown>>;
  /** Makes a stored config ready to send. */
  open(config: unknown): OpenedDestination;
}

interface Definition<Config extends z.ZodObject> {
  kind: DestinationKind;
  name: Words;
  docs: string | null;
  rateLimits: readonly RateLimit[];
  config: Config;
  fields: Record<keyof Config['shape'] & string, FieldAbout>;
  open(config: z.output<Config>): Channel;
}

export function defineAdapter<Config extends z.ZodObject>(definition: Definition<Config>): Adapter {
  const { kind, name, docs, rateLimits, config, fields, open } = definition;
  const described = namesOf(fields).map((field) => {
    const absent = z.safeParse(config.shape[field] ?? z.never(), undefined);
    return { ...fields[field], name: field, isRequired: !absent.success, default: absent.data };
  });
  const secretNames = described.flatMap(({ name, isSecret }) => (isSecret ? [name] : []));
  return {
    ...{ kind, name, docs, rateLimits, config },
    fields: described,
    open(stored) {
      const parsed = config.safeParse(stored);
      if (!parsed.success) return { ok: false, error: parsed.error };
      const values: Record<string, unknown> = parsed.data;
      const secrets = secretNames.flatMap((secret) => secretTextsOf(values[secret]));
      return { ok: true, channel: open(parsed.data), secrets };
    },
  };
}
