import { countAt, valueAt } from '../reading/json-value.ts';
import type { Draft } from './draft.ts';

type Path = readonly string[];

/** Every format reports its tokens under names of its own. */
const inputPaths: readonly Path[] = [['prompt_tokens'], ['input_tokens'], ['promptTokenCount']];
const outputPaths: readonly Path[] = [
  ['completion_tokens'],
  ['output_tokens'],
  ['candidatesTokenCount'],
];
const reasoningPaths: readonly Path[] = [
  ['completion_tokens_details', 'reasoning_tokens'],
  ['output_tokens_details', 'reasoning_tokens'],
  ['thoughtsTokenCount'],
];

/** Adds the usage report of a body, an event or a message, if it has one; the latest counts. */
export function addUsage(draft: Draft, holder: unknown): Draft {
  const report = valueAt(holder, 'usage') ?? valueAt(holder, 'usageMetadata');
  if (!report) return draft;
  const output = firstCount(report, outputPaths);
  const thought = countAt(report, 'thoughtsTokenCount');
  // Gemini alone counts thoughts apart from the answer.
  const whole = output === null && thought === null ? null : (output ?? 0) + (thought ?? 0);
  return {
    ...draft,
    // Relays that translate send a zero for what an earlier event has already reported.
    inputTokens: firstCount(report, inputPaths) || draft.inputTokens,
    outputTokens: whole ?? draft.outputTokens,
    reasoningTokens: firstCount(report, reasoningPaths) ?? draft.reasoningTokens,
  };
}

function firstCount(report: unknown, paths: readonly Path[]): number | null {
  for (const path of paths) {
    const count = countAt(report, ...path);
    if (count !== null) return count;
  }
  return null;
}
