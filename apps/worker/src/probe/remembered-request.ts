import {
  type ErrorKind,
  firstFormOf,
  isSameForm,
  type RequestForm,
  type Route,
  readRequestForm,
  routes,
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

const learnedAt = z.object({ learned_at: z.number() });
const rememberedSchema = z.object({
  route: learnedAt.extend({ route: z.enum(routes) }).nullable(),
  forms: z.record(z.string(), z.unknown()),
});

/** What is stored, as far as it is still valid. Also reads the single form that older versions stored. */
export function recall(stored: unknown, nowS: number): RememberedRequests {
  const parsed = rememberedSchema.safeParse(stored);
  const forms = parsed.success ? Object.values(parsed.data.forms) : [stored];
  const learnt = forms.map(readLearned).filter((form) => form !== null);
  const valid = learnt.filter(({ learned_at }) => nowS - learned_at < rememberedForS);
  const route = parsed.success ? parsed.data.route : (valid[0] ?? null);
  return {
    route: route && nowS - route.learned_at < rememberedForS ? pickRoute(route) : null,
    forms: Object.fromEntries(valid.map((form) => [form.route, form])),
  };
}

/** Without what was learnt on routes that the channel is set not to serve. */
export function withoutRoutes(
  { route, forms }: RememberedRequests,
  isServed: (route: Route) => boolean,
): RememberedRequests {
  return {
    route: route && isServed(route.route) ? route : null,
    forms: Object.fromEntries(Object.entries(forms).filter(([, form]) => isServed(form.route))),
  };
}

function readLearned(stored: unknown): LearnedForm | null {
  const form = readRequestForm(stored);
  const at = learnedAt.safeParse(stored);
  return form && at.success ? { ...form, learned_at: at.data.learned_at } : null;
}

function pickRoute({ route, learned_at }: { route: Route; learned_at: number }) {
  return { route, learned_at };
}

/** The form to send first on a model's own route, or on the one that answered instead. */
export function firstForm(known: RememberedRequests, own: RequestForm): RequestForm {
  const other = known.route?.route;
  const isOfKind = other !== undefined && (other === 'embeddings') === (own.route === 'embeddings');
  return formOn(isOfKind ? other : own.route, known, own);
}

/** The form to send first on this route. */
export function formOn(route: Route, known: RememberedRequests, own: RequestForm): RequestForm {
  return known.forms[route] ?? usualForm(route, own);
}

function usualForm(route: Route, own: RequestForm): RequestForm {
  return route === own.route ? own : firstFormOf(route);
}

/** What to store after `form` worked; null if it would be tried first anyway. */
export function remember(
  form: RequestForm,
  known: RememberedRequests,
  { own, nowS, isRouteGiven }: { own: RequestForm; nowS: number; isRouteGiven: boolean },
): RememberedRequests | null {
  const { route } = form;
  const { [route]: before, ...others } = known.forms;
  const learnt = before && isSameForm(form, before) ? before : { ...form, learned_at: nowS };
  const forms = isSameForm(form, usualForm(route, own)) ? others : { ...others, [route]: learnt };
  // That a given route answers doesn't mean that the usual one doesn't.
  if (isRouteGiven) return orNull({ route: known.route, forms });
  const answered = known.route?.route === route ? known.route : { route, learned_at: nowS };
  return orNull({ route: route === own.route ? null : answered, forms });
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
  return formIndependent.includes(error_kind) ? orNull(known) : null;
}

function orNull(remembered: RememberedRequests): RememberedRequests | null {
  const { route, forms } = remembered;
  return route === null && Object.keys(forms).length === 0 ? null : remembered;
}
