import type { ApiApp } from '@api-monitor/api';
import { pageMark } from '@api-monitor/core';
import { type ClientResponse, hc } from 'hono/client';
import { ApiFailure, failureOf } from './failure.ts';

export type ApiClient = ReturnType<typeof createClient>;

/**
 * The API's typed client. A cookie says who calls, so `Authorization` stays free for the password check of a
 * proxy in front. Calls wait for `isReady`.
 */
export function createClient(address: string, isReady: Promise<unknown> = Promise.resolve()) {
  return hc<ApiApp>(address, {
    headers: { [pageMark.name]: pageMark.value },
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      await isReady;
      return fetch(input, init);
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
