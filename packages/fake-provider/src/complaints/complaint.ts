import type { FakeRoute } from '../model-request.ts';
import { type Behaviour, jsonType, sendBody } from '../send.ts';

/** An error as a provider or relay words it, and what it shows, in the words of core's `Judgement`. */
export interface Complaint {
  route: FakeRoute;
  status: number;
  /** An HTML page or plain text is a string; anything else is sent as JSON. */
  body: unknown;
  /** `none`: to a client it says that its request is wrong. A probe counts it as a `bad_request`. */
  outcome: 'failure' | 'refused' | 'gated' | 'none';
  kind: string | null;
  scope: 'route' | 'model' | 'channel';
  mayAnotherServe: boolean;
}

/** One way of being asked and answering: the route, the status and the body. */
export type Said = Pick<Complaint, 'route' | 'status' | 'body'>;

/** OpenAI's error object, which most relays share. */
export function openai(
  status: number,
  message: string,
  names: { type?: string; code?: string | number | null; param?: string } = {},
): Said {
  const error = { message, type: 'invalid_request_error', param: null, code: null, ...names };
  return { route: 'chat', status, body: { error } };
}

export function anthropic(status: number, type: string, message: string): Said {
  return { route: 'anthropic', status, body: { type: 'error', error: { type, message } } };
}

export function gemini(code: number, status: string, message: string): Said {
  return { route: 'gemini', status: code, body: { error: { code, message, status } } };
}

export function responses(status: number, body: unknown): Said {
  return { route: 'responses', status, body };
}

/** The same body on another route. */
export function on(route: FakeRoute, said: Said): Said {
  return { ...said, route };
}

type Shown = Pick<Complaint, 'outcome' | 'kind' | 'scope' | 'mayAnotherServe'>;

const failing = (kind: string, scope: Complaint['scope']): Shown => ({
  ...{ outcome: 'failure', kind, scope, mayAnotherServe: true },
});

/** What the answers of a family show. */
export const shows = {
  quota: failing('quota', 'channel'),
  quotaOfModel: failing('quota', 'model'),
  auth: failing('auth', 'channel'),
  authOfModel: failing('auth', 'model'),
  rateLimit: failing('rate_limit', 'channel'),
  rateLimitOfModel: failing('rate_limit', 'model'),
  gone: failing('not_found', 'model'),
  page: failing('bad_body', 'model'),
  upstream: failing('upstream', 'model'),
  timeout: failing('timeout', 'model'),
  refused: { outcome: 'refused', kind: 'not_found', scope: 'route', mayAnotherServe: true },
  notChat: { outcome: 'refused', kind: 'skipped', scope: 'route', mayAnotherServe: true },
  gated: { outcome: 'gated', kind: 'gated', scope: 'model', mayAnotherServe: true },
  tooLong: { outcome: 'none', kind: null, scope: 'route', mayAnotherServe: true },
  clientsFault: { outcome: 'none', kind: null, scope: 'route', mayAnotherServe: false },
} as const satisfies Record<string, Shown>;

/** Rows that show the same. */
export function all(shown: Shown, ...said: Said[]): Complaint[] {
  return said.map((one) => ({ ...one, ...shown }));
}

/** The behaviour that answers so. */
export function complaining({ status, body }: Said): Behaviour {
  const isPage = typeof body === 'string' && body.startsWith('<');
  const type = typeof body !== 'string' ? jsonType : isPage ? 'text/html' : 'text/plain';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_, response) => sendBody(response, status, type, text);
}
