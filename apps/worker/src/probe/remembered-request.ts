import {
  type ErrorKind,
  firstFormOf,
  isSameForm,
  type RequestForm,
  type Route,
  routes,
} from '@api-monitor/core';
import { z } from 'zod';

/** The form of request that worked for a channel's model, if it wasn't the first one tried. */
export interface RememberedRequest extends RequestForm {
  /** Unix seconds. */
  learned_at: number;
}

/** After a day the usual form is tried again, because channels change and glitches pass. */
const rememberedForS = 86_400;

const rememberedSchema = z.object({
  route: z.enum(routes),
  stream: z.boolean(),
  tokenLimitField: z.enum(['max_tokens', 'max_completion_tokens']),
  tokenLimit: z.enum(['small', 'ample']),
  asksStreamUsage: z.boolean(),
  learned_at: z.number(),
});

/** The stored form, if it is still valid for a model that is probed on `route`. */
export function recall(stored: unknown, route: Route, nowS: number): RememberedRequest | null {
  const parsed = rememberedSchema.safeParse(stored);
  if (!parsed.success) return null;
  const isOfKind = (parsed.data.route === 'embeddings') === (route === 'embeddings');
  return isOfKind && nowS - parsed.data.learned_at < rememberedForS ? parsed.data : null;
}

/** What to store after `form` worked; nothing if it would be tried first anyway. */
export function remember(
  form: RequestForm,
  known: RememberedRequest | null,
  context: { route: Route; nowS: number },
): RememberedRequest | null {
  if (isSameForm(form, firstFormOf(context.route))) return null;
  if (known && isSameForm(form, known)) return known;
  return { ...form, learned_at: context.nowS };
}

/** Errors of the channel or the account, which say nothing about the form of the request. */
const formIndependent: readonly (ErrorKind | null)[] = [
  'network',
  'timeout',
  'tls',
  'auth',
  'quota',
  'rate_limit',
  'upstream',
];

/** What to store after a failure: nothing if the form that had worked may be why it failed. */
export function keepAfter(
  { error_kind }: { error_kind: ErrorKind | null },
  known: RememberedRequest | null,
): RememberedRequest | null {
  return formIndependent.includes(error_kind) ? known : null;
}
