import {
  type ErrorKind,
  firstFormOf,
  isSameForm,
  type RequestForm,
  type Route,
  routes,
} from '@api-monitor/core';
import { z } from 'zod';

/** The form that a channel answered a model in, where it wasn't the first one tried. */
export interface RememberedRequest extends RequestForm {
  /** Unix seconds. */
  learned_at: number;
}

/** After a day the ordinary form is tried again: channels learn routes, and glitches pass. */
const rememberedForS = 86_400;

const rememberedSchema = z.object({
  route: z.enum(routes),
  stream: z.boolean(),
  tokenLimitField: z.enum(['max_tokens', 'max_completion_tokens']),
  tokenLimit: z.enum(['small', 'ample']),
  asksStreamUsage: z.boolean(),
  learned_at: z.number(),
});

/** What the database handed back, where it still holds for a model that is asked along `route`. */
export function recall(stored: unknown, route: Route, nowS: number): RememberedRequest | null {
  const parsed = rememberedSchema.safeParse(stored);
  if (!parsed.success) return null;
  const isOfKind = (parsed.data.route === 'embeddings') === (route === 'embeddings');
  return isOfKind && nowS - parsed.data.learned_at < rememberedForS ? parsed.data : null;
}

/** What to keep after `form` worked; nothing where it is what would be tried anyway. */
export function remember(
  form: RequestForm,
  known: RememberedRequest | null,
  context: { route: Route; nowS: number },
): RememberedRequest | null {
  if (isSameForm(form, firstFormOf(context.route))) return null;
  if (known && isSameForm(form, known)) return known;
  return { ...form, learned_at: context.nowS };
}

/** Findings about the channel or the account: they say nothing of the form that was asked in. */
const findings: readonly (ErrorKind | null)[] = [
  'network',
  'timeout',
  'tls',
  'auth',
  'quota',
  'rate_limit',
  'upstream',
];

/** What to keep after a failure: nothing where the form that had worked may be what failed. */
export function keepAfter(
  { error_kind }: { error_kind: ErrorKind | null },
  known: RememberedRequest | null,
): RememberedRequest | null {
  return findings.includes(error_kind) ? known : null;
}
