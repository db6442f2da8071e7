import type { ErrorKind, Route } from '@api-monitor/core';
import type { BehaviourName } from '@api-monitor/fake-provider';

/** The verdict that a behaviour of the provider must get on each of the routes. */
export interface CorpusRow {
  behaviour: BehaviourName;
  routes: readonly Route[];
  /** How the probe asks first; both ways if the answer must not depend on it. */
  asked: readonly ('streamed' | 'whole')[];
  timeoutS: number;
  expected: {
    success: boolean;
    transport_success: boolean;
    status_code: number | null;
    error_kind: ErrorKind | null;
    /** A string is the whole sentence, with `{model}` for the model's id. */
    error: string | RegExp | null;
    content: string;
    tool_calls_count: number;
  };
}

export const chatRoutes = ['chat', 'responses', 'anthropic', 'gemini'] as const;
export const allRoutes = [...chatRoutes, 'embeddings'] as const;

const usual = { asked: ['streamed'], timeoutS: 10 } as const;

/** The model works and said `content`. */
export function alive(
  behaviour: BehaviourName,
  routes: readonly Route[],
  content = 'I am {model}.',
): CorpusRow {
  const fine = { success: true, transport_success: true, status_code: 200 };
  const expected = { ...fine, error_kind: null, error: null, content, tool_calls_count: 0 };
  return { ...usual, behaviour, routes, expected };
}

/** The answer is complete but shows that the model doesn't work; without a status, there is no answer. */
export function dead(
  behaviour: BehaviourName,
  routes: readonly Route[],
  kind: ErrorKind,
  status: number | null,
  error: string | RegExp,
): CorpusRow {
  const failure = { success: false, transport_success: status !== null, status_code: status };
  const expected = { ...failure, error_kind: kind, error, content: '', tool_calls_count: 0 };
  return { ...usual, behaviour, routes, expected };
}

/** An answer with a status whose body is incomplete. */
export function cut(
  behaviour: BehaviourName,
  routes: readonly Route[],
  error: string | RegExp,
): CorpusRow {
  const row = dead(behaviour, routes, 'bad_body', 200, error);
  return { ...row, expected: { ...row.expected, transport_success: false } };
}

/** The rows, probed streamed and whole. */
export function bothWays(...rows: CorpusRow[]): CorpusRow[] {
  return rows.map((row) => ({ ...row, asked: ['streamed', 'whole'] }));
}
