import { type Route, routes } from '../route.ts';

/** The token limits that a probe tries, the cheapest first; `null` sends none. */
export const tokenLimits = [16, 64, 512, 4096] as const;
export type TokenLimit = (typeof tokenLimits)[number];

/** From the lowest; the names are OpenAI's. */
export const efforts = ['none', 'minimal', 'low'] as const;
export type Effort = (typeof efforts)[number];

/** The parts of a probe's request that may change after a rejection; the next probe remembers them. */
export interface RequestForm {
  route: Route;
  stream: boolean;
  /** The field that bounds the answer on the chat route. */
  tokenLimitField: 'max_tokens' | 'max_completion_tokens';
  /** Null if the channel rejects every limit. */
  tokenLimit: TokenLimit | null;
  /** Whether a chat stream asks for its usage report. */
  asksStreamUsage: boolean;
  /** The lowest reasoning effort that was accepted; null sends none. */
  effort: Effort | null;
  /** Fields that the channel demanded, such as `store: false`, by name. */
  demanded: Readonly<Record<string, DemandedValue>>;
}

export type DemandedValue =
  | string
  | number
  | boolean
  | readonly string[]
  | { readonly [name: string]: string };

/**
 * The form of the first request on a route: streamed if the route supports it. Nothing that a probe asks
 * should be stored.
 */
export function firstFormOf(route: Route): RequestForm {
  return {
    route,
    stream: route !== 'embeddings',
    tokenLimitField: 'max_tokens',
    tokenLimit: 16,
    asksStreamUsage: true,
    effort: null,
    demanded: route === 'responses' ? { store: false } : {},
  };
}

/** What a chat model that speaks has to be asked for. PCM is the one format that also streams. */
export const demandedAudio: RequestForm['demanded'] = {
  modalities: ['text', 'audio'],
  audio: { voice: 'alloy', format: 'pcm16' },
};

export function isSameForm(a: RequestForm, b: RequestForm): boolean {
  return keyOf(a) === keyOf(b);
}

/** Only the fields of a form, in a fixed order: stored forms have others beside them. */
function keyOf(form: RequestForm): string {
  const { route, stream, tokenLimitField, tokenLimit, asksStreamUsage, effort, demanded } = form;
  const names = Object.keys(demanded).sort();
  const values = names.map((name) => [name, demanded[name]]);
  return JSON.stringify([
    ...[route, stream, tokenLimitField, tokenLimit, asksStreamUsage, effort, values],
  ]);
}

/** The limits of forms that older versions stored. */
const formerLimits: Readonly<Record<string, TokenLimit>> = { small: 64, ample: 4096 };

/** A form from the database; null if it isn't one. Those that older versions stored are still read. */
export function readRequestForm(stored: unknown): RequestForm | null {
  if (!isRecord(stored)) return null;
  const route = routes.find((one) => one === stored.route);
  const field = tokenLimitFields.find((one) => one === stored.tokenLimitField);
  const tokenLimit = readLimit(stored.tokenLimit);
  const { stream, asksStreamUsage } = stored;
  if (!route || !field || tokenLimit === undefined) return null;
  if (typeof stream !== 'boolean' || typeof asksStreamUsage !== 'boolean') return null;
  return {
    ...{ route, stream, tokenLimitField: field, tokenLimit, asksStreamUsage },
    effort: efforts.find((one) => one === stored.effort) ?? null,
    demanded: isRecord(stored.demanded) ? readDemanded(stored.demanded) : {},
  };
}

const tokenLimitFields = ['max_tokens', 'max_completion_tokens'] as const;

function readLimit(stored: unknown): TokenLimit | null | undefined {
  if (stored === null) return null;
  if (typeof stored === 'string') return formerLimits[stored];
  return tokenLimits.find((limit) => limit === stored);
}

function readDemanded(stored: Record<string, unknown>): RequestForm['demanded'] {
  const known = Object.entries(stored).filter((entry): entry is [string, DemandedValue] =>
    isDemandedValue(entry[1]),
  );
  return Object.fromEntries(known);
}

function isDemandedValue(value: unknown): value is DemandedValue {
  if (['string', 'number', 'boolean'].includes(typeof value)) return true;
  const parts = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : null;
  return parts?.every((part) => typeof part === 'string') ?? false;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
