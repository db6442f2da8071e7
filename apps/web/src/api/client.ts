import type { ApiApp } from '@api-monitor/api';
import { type ClientResponse, hc } from 'hono/client';
import { ApiFailure, failureOf } from './failure.ts';

export type ApiClient = ReturnType<typeof createClient>;

/** The one road to the api: its typed client, with the token that is current at each call. */
export function createClient(origin: string, token: () => string | null) {
  return hc<ApiApp>(origin, {
    headers: (): Record<string, string> => {
      const current = token();
      return current === null ? {} : { authorization: `Bearer ${current}` };
    },
  });
}

/** What an endpoint answers when all went well. */
type SuccessOf<R> =
  R extends ClientResponse<infer T, infer S, infer _F>
    ? [Extract<S, 200 | 201 | 202>] extends [never]
      ? never
      : T
    : never;

/** The body of a successful answer; anything else is thrown as an `ApiFailure`. */
export async function answerOf<R extends ClientResponse<unknown, number, string>>(
  pending: Promise<R>,
): Promise<SuccessOf<R>> {
  const response = await pending.catch(() => null);
  if (!response) throw new ApiFailure(0, null);
  // The typed client hands out a real Response; its own interface only narrows some members.
  if (!response.ok) throw await failureOf(response as unknown as Response);
  return (await response.json()) as SuccessOf<R>;
}
