import {
  errorKinds,
  type KeyStanding,
  type KeyState,
  keyStandingOf,
  keyStandings,
  type Target,
  unixSeconds,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';

/** What is known about one of a channel's keys, without the key. */
export const keyViewSchema = z
  .object({
    name: z.string(),
    state: z
      .enum([...keyStandings, 'off'])
      .describe(
        'resting: it had too many requests, and others take its place; failed: it is refused or has nothing left, and a probe asks again; off: disabled',
      ),
    proved_at: unixSeconds.nullable().describe('when it last got an answer; null: never'),
    error_kind: z
      .enum(errorKinds)
      .nullable()
      .describe('of what keeps it from use; null: nothing does'),
    error: z.string().nullable(),
    status: z.int().nullable().describe('of the answer that showed it'),
    since: unixSeconds.nullable(),
    rest_until: unixSeconds.nullable().describe('when it is used, or asked, again'),
  })
  .openapi('KeyState');

export const keyCountsSchema = z
  .object({
    total: z.int(),
    enabled: z.int(),
    usable: z.int().describe('enabled, and neither resting nor failed'),
  })
  .openapi('KeyCounts');

type KeyView = z.infer<typeof keyViewSchema>;
type KeyCounts = z.infer<typeof keyCountsSchema>;

/** What is known about a channel's keys, and how many work. */
export function keyFieldsOf({ evidence, now }: Pick<ApiDeps, 'evidence' | 'now'>, target: Target) {
  const key_states = keyViewsOf(target, evidence.keyStatesOf(target), now());
  return { key_states, key_counts: keyCountsOf(key_states) };
}

/** `states`: as the database and the gateways have them, in the order of the keys. */
function keyViewsOf(
  { keys }: Pick<Target, 'keys'>,
  states: readonly KeyState[],
  nowS: number,
): KeyView[] {
  return keys.map(({ name, enabled }, index) => {
    const state = states[index];
    const standing: KeyStanding | 'off' = enabled ? keyStandingOf(state, nowS) : 'off';
    const isKept = standing === 'resting' || standing === 'failed';
    const fault = isKept ? (state?.fault ?? null) : null;
    return {
      ...{ name, state: standing, proved_at: state?.proved_at ?? null },
      ...{ error_kind: fault?.kind ?? null, error: fault?.error ?? null },
      ...{ status: fault?.status ?? null, since: fault?.since ?? null },
      rest_until: fault?.rest_until ?? null,
    };
  });
}

/** null: the channel has only one key, whose state is the channel's own. */
function keyCountsOf(views: readonly KeyView[]): KeyCounts | null {
  if (views.length === 0) return null;
  const countOf = (...states: KeyView['state'][]) =>
    views.filter(({ state }) => states.includes(state)).length;
  const usable = countOf('proven', 'unproven');
  return { total: views.length, enabled: views.length - countOf('off'), usable };
}
