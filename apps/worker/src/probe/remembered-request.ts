import {
  type ErrorKind,
  firstFormOf,
  isSameForm,
  type RequestForm,
  type Route,
  routes,
  tokenLimits,
} from '@api-monitor/core';
import { z } from 'zod';

/** What worked for a channel's model, if it wasn't what is tried first. Times are Unix seconds. */
export interface RememberedRequests {
  /** The route that answered, if it isn't the one of the model's name. */
  route: { route: Route; learned_at: number } | null;
  /** By route. */
  forms: Partial<Record<Route, LearnedForm>>;
}

interface LearnedForm extends RequestForm {
  learned_at: number;
}

/** After a day the usual form is tried again, because channels change and glitches pass. */
const rememberedForS = 86_400;

const demandedValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.record(z.string(), z.string()),
]);

const formSchema = z.object({
  route: z.enum(routes),
  stream: z.boolean(),
  tokenLimitField: z.enum(['max_tokens', 'max_completion_tokens']),
  tokenLimit: z.literal(tokenLimits).nullable(),
  asksStreamUsage: z.boolean(),
  effort: z.enum(['none', 'minimal', 'low']).nullable(),
  demanded: z.record(z.string(), demandedValue),
  learned_at: z.number(),
});

const rememberedSchema = z.object({
  route: z.object({ route: z.enum(routes), learned_at: z.number() }).nullable(),
  forms: z.partialRecord(z.enum(routes), formSchema),
});

const nothing: RememberedRequests = { route: null, forms: {} };

/** What is stored, as far as it is still valid. */
export function recall(stored: unknown, nowS: number): RememberedRequests {
  const parsed = rememberedSchema.safeParse(stored);
  if (!parsed.success) return nothing;
  const isValid = ({ learned_at }: { learned_at: number }) => nowS - learned_at < rememberedForS;
  const { route, forms } = parsed.data;
  const valid = Object.entries(forms).filter(([, form]) => form && isValid(form));
  return { route: route && isValid(route) ? route : null, forms: Object.fromEntries(valid) };
}

/** The form to send first on a model's own route, or on the one that answered instead. */
export function firstForm(known: RememberedRequests, own: Route): RequestForm {
  const other = known.route?.route;
  const isOfKind = other !== undefined && (other === 'embeddings') === (own === 'embeddings');
  return formOn(known, isOfKind ? other : own);
}

/** The form that worked on a route, or the usual first one. */
export function formOn({ forms }: RememberedRequests, route: Route): RequestForm {
  const known = forms[route];
  if (!known) return firstFormOf(route);
  const { learned_at: _, ...form } = known;
  return form;
}

/** What to store after `form` worked; null if it would be tried first anyway. */
export function remember(
  form: RequestForm,
  known: RememberedRequests,
  context: { own: Route; nowS: number },
): RememberedRequests | null {
  const { own, nowS } = context;
  const { route } = form;
  const { [route]: before, ...others } = known.forms;
  const isUsual = isSameForm(form, firstFormOf(route));
  const isKnown = before !== undefined && isSameForm(form, formOn(known, route));
  const learnt = isKnown ? before : { ...form, learned_at: nowS };
  const forms = isUsual ? others : { ...others, [route]: learnt };
  const kept = known.route?.route === route ? known.route : { route, learned_at: nowS };
  const answered = route === own ? null : kept;
  return answered === null && Object.keys(forms).length === 0 ? null : { route: answered, forms };
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
  known: RememberedRequests,
): RememberedRequests | null {
  const isEmpty = known.route === null && Object.keys(known.forms).length === 0;
  return formIndependent.includes(error_kind) && !isEmpty ? known : null;
}
