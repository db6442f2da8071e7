import type { ApiApp } from '@api-monitor/api';
import { type ClientResponse, hc } from 'hono/client';
import { ApiFailure, failureOf } from './failure.ts';

export type ApiClient = ReturnType<typeof createClient>;

/** The API's typed client; each call sends the current token. */
export function createClient(origin: string, token: () => string | null) {
  return hc<ApiApp>(origin, {
    headers: (): Record<string, string> => {
      const current = token();
      return current === null ? {} : { authorization: `Bearer ${current}` };
    },
  });
}

type AnyResponse = ClientResponse<unknown, number, string>;

/** The type of a successful answer's body. */
type SuccessOf<R> =
  R extends ClientResponse<infer T, infer S, infer _F>
    ? [Extract<S, 200 | 201 | 202>] extends [never]
      ? never
      : T
    : never;

/** The body of a successful answer. Throws an `ApiFailure` for any other. */
export async function answerOf<R extends AnyResponse>(pending: Promise<R>): Promise<SuccessOf<R>> {
  return (await (await responseOf(pending)).json()) as SuccessOf<R>;
}

/** A successful answer with its body unread. Throws an `ApiFailure` for any other. */
export async function responseOf(pending: Promise<AnyResponse>): Promise<Response> {
  // Guarantee: the typed client returns real responses; its interface only narrows some members.
  const response = (await pending.catch(() => null)) as Response | null;
  if (!response) throw new ApiFailure(0);
  if (!response.ok) throw await failureOf(response);
  return response;
}
