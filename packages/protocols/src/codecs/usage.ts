import { noUsage, type TokenUsage } from '@api-monitor/core';
import { arrayAt, countAt, valueAt } from '../reading/json-value.ts';
import type { Draft } from './draft.ts';

type Path = readonly string[];

/** Where a body, an event or a message has its report; Groq's and Moonshot's streams have places of their own. */
const reportPaths: readonly (readonly (string | number)[])[] = [
  ['usage'],
  ['usageMetadata'],
  ['x_groq', 'usage'],
  ['choices', 0, 'usage'],
];

/** Adds the usage report of a body, an event or a message, if it has one. */
export function addUsage(draft: Draft, holder: unknown): Draft {
  for (const path of reportPaths) {
    const report = valueAt(holder, ...path);
    if (report) return { ...draft, usage: merged(draft.usage, usageIn(report, draft.usage)) };
  }
  return draft;
}

/**
 * Of two reports of one answer the larger one counts: streams report sums that grow, and relays that
 * translate send zeros, or a part, for what another event reports. The classes of the input stay together,
 * because a later report may call cached what the earlier one only counted.
 */
function merged(before: TokenUsage, latest: TokenUsage): TokenUsage {
  const isInputLarger = (latest.inputTokens ?? -1) >= (before.inputTokens ?? 0);
  const [input, other] = isInputLarger ? [latest, before] : [before, latest];
  return {
    inputTokens: input.inputTokens ?? other.inputTokens,
    cachedInputTokens: unlessZero(input.cachedInputTokens, other.cachedInputTokens),
    cacheWriteTokens: unlessZero(input.cacheWriteTokens, other.cacheWriteTokens),
    cacheWrite1hTokens: unlessZero(input.cacheWrite1hTokens, other.cacheWrite1hTokens),
    audioInputTokens: unlessZero(input.audioInputTokens, other.audioInputTokens),
    imageInputTokens: unlessZero(input.imageInputTokens, other.imageInputTokens),
    outputTokens: larger(before.outputTokens, latest.outputTokens),
    reasoningTokens: larger(before.reasoningTokens, latest.reasoningTokens),
    audioOutputTokens: larger(before.audioOutputTokens, latest.audioOutputTokens),
    imageOutputTokens: larger(before.imageOutputTokens, latest.imageOutputTokens),
    reportedCost: latest.reportedCost ?? before.reportedCost,
    isEstimated: false,
  };
}

/** A report's tokens: the object that other places call `usage` or `usageMetadata`. */
export function readUsage(report: unknown): TokenUsage {
  return usageIn(report, noUsage);
}

function usageIn(report: unknown, before: TokenUsage): TokenUsage {
  const isGemini = googleNames.some((name) => countAt(report, name) !== null);
  return isGemini ? geminiUsage(report, before) : commonUsage(report);
}

const googleNames = ['promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'];

/**
 * Google's report. Thoughts are counted beside the candidates, unless a relay that translates counted them
 * in; some leave them out, and only the total has them.
 * Source: https://ai.google.dev/api/generate-content#UsageMetadata
 */
function geminiUsage(report: unknown, before: TokenUsage): TokenUsage {
  const input = sumOf(
    firstCount(report, [['promptTokenCount']]),
    firstCount(report, [['toolUsePromptTokenCount']]),
  );
  const said = firstCount(report, [['candidatesTokenCount'], ['responseTokenCount']]);
  const thought = firstCount(report, [['thoughtsTokenCount']]) ?? before.reasoningTokens;
  const total = firstCount(report, [['totalTokenCount']]);
  const rest = total === null || input === null ? null : Math.max(0, total - input);
  const areThoughtsBeside = rest === null || (thought ?? 0) > (said ?? 0);
  const counted = areThoughtsBeside ? sumOf(said, thought) : said;
  const output = larger(counted, rest || null);
  const unnamed = (output ?? 0) - (said ?? 0);
  const ofPrompt = (kind: string) =>
    uncached(
      ofKind(report, 'promptTokensDetails', kind),
      ofKind(report, 'cacheTokensDetails', kind),
    );
  const saidAs = (kind: string) =>
    ofKind(report, 'candidatesTokensDetails', kind) ??
    ofKind(report, 'responseTokensDetails', kind);
  return {
    ...noUsage,
    inputTokens: input,
    outputTokens: output,
    cachedInputTokens: firstCount(report, [['cachedContentTokenCount']]),
    reasoningTokens: thought ?? (unnamed > 0 ? unnamed : null),
    audioInputTokens: ofPrompt('AUDIO'),
    imageInputTokens: ofPrompt('IMAGE'),
    audioOutputTokens: saidAs('AUDIO'),
    imageOutputTokens: saidAs('IMAGE'),
  };
}

/** Google lists the parts of a count by their kind, such as `AUDIO`. */
function ofKind(report: unknown, list: string, kind: string): number | null {
  const parts = arrayAt(report, list).filter((part) => valueAt(part, 'modality') === kind);
  return parts.reduce<number | null>(
    (sum, part) => sumOf(sum, firstCount(part, [['tokenCount']])),
    null,
  );
}

function uncached(all: number | null, cached: number | null): number | null {
  return all === null ? null : Math.max(0, all - (cached ?? 0));
}

const inputPaths: readonly Path[] = [['prompt_tokens'], ['input_tokens']];
const outputPaths: readonly Path[] = [['completion_tokens'], ['output_tokens']];
const cachedPaths: readonly Path[] = [
  ['prompt_tokens_details', 'cached_tokens'],
  ['input_tokens_details', 'cached_tokens'],
  ['input_token_details', 'cached_tokens'],
  ['cache_read_input_tokens'],
  // DeepSeek's and Moonshot's.
  ['prompt_cache_hit_tokens'],
  ['cached_tokens'],
];
const cacheWritePaths: readonly Path[] = [
  ['prompt_tokens_details', 'cache_write_tokens'],
  ['input_tokens_details', 'cache_write_tokens'],
  ['cache_creation_input_tokens'],
  ['prompt_tokens_details', 'cached_creation_tokens'],
];
const written1hPaths: readonly Path[] = [['cache_creation', 'ephemeral_1h_input_tokens']];
/** OpenAI's live sessions and transcriptions write `token`, its other endpoints `tokens`. */
const inputDetails = ['prompt_tokens_details', 'input_tokens_details', 'input_token_details'];
const outputDetails = [
  ...['completion_tokens_details', 'output_tokens_details', 'output_token_details'],
];
const within = (places: readonly string[], ...path: string[]) =>
  places.map((place) => [place, ...path]);
const audioInputPaths = within(inputDetails, 'audio_tokens');
const cachedAudioPaths = within(inputDetails, 'cached_tokens_details', 'audio_tokens');
const audioOutputPaths = within(outputDetails, 'audio_tokens');
const imageInputPaths = within(inputDetails, 'image_tokens');
const cachedImagePaths = within(inputDetails, 'cached_tokens_details', 'image_tokens');
const imageOutputPaths = within(outputDetails, 'image_tokens');
const reasoningPaths: readonly Path[] = [
  ['completion_tokens_details', 'reasoning_tokens'],
  ['output_tokens_details', 'reasoning_tokens'],
  ['output_tokens_details', 'thinking_tokens'],
  ['reasoning_tokens'],
];

/**
 * OpenAI's two reports and Anthropic's, which have the same names. OpenAI's input contains what was cached,
 * Anthropic's doesn't.
 * Sources: https://platform.openai.com/docs/api-reference/chat/object,
 * https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching#tracking-cache-performance
 */
function commonUsage(report: unknown): TokenUsage {
  const cached = firstCount(report, cachedPaths);
  const written = unlessZero(
    firstCount(report, cacheWritePaths),
    sumOf(
      firstCount(report, [['cache_creation', 'ephemeral_5m_input_tokens']]),
      firstCount(report, [['cache_creation', 'ephemeral_1h_input_tokens']]),
    ),
  );
  const fromCache = (cached ?? 0) + (written ?? 0);
  const given = firstCount(report, inputPaths) ?? deepSeekInput(report);
  const isApart = isAnthropic(report) || fromCache > (given ?? 0);
  const input = isApart && fromCache > 0 ? (given ?? 0) + fromCache : given;
  const reasoning = firstCount(report, reasoningPaths);
  const said = firstCount(report, outputPaths);
  // xAI counts reasoning beside the completion.
  const output = (reasoning ?? 0) > (said ?? 0) ? sumOf(said, reasoning) : said;
  const usage = {
    ...{ inputTokens: input, outputTokens: output, reasoningTokens: reasoning },
    ...{ cachedInputTokens: cached, cacheWriteTokens: written },
    cacheWrite1hTokens: firstCount(report, written1hPaths),
    ...mediaUsage(report),
    reportedCost: reportedCostIn(report),
    isEstimated: false,
  };
  return withTotal(usage, firstCount(report, [['total_tokens']]), fromCache);
}

function mediaUsage(report: unknown) {
  return {
    audioInputTokens: uncached(
      firstCount(report, audioInputPaths),
      firstCount(report, cachedAudioPaths),
    ),
    imageInputTokens: uncached(
      firstCount(report, imageInputPaths),
      firstCount(report, cachedImagePaths),
    ),
    audioOutputTokens: firstCount(report, audioOutputPaths),
    imageOutputTokens: firstCount(report, imageOutputPaths),
  };
}

/**
 * What OpenRouter says that a request cost, in its credits (https://openrouter.ai/docs/use-cases/usage-accounting);
 * with keys of one's own it is only its fee.
 */
function reportedCostIn(report: unknown): number | null {
  const cost = valueAt(report, 'cost');
  return typeof cost === 'number' && cost >= 0 && cost <= mostCost ? cost : null;
}

/** A larger one is a mistake or a lie. */
const mostCost = 100_000;

/**
 * What only the total has: a relay's cached input, or reasoning, which Google leaves out of OpenAI's
 * `completion_tokens`.
 */
function withTotal(usage: TokenUsage, total: number | null, fromCache: number): TokenUsage {
  const { inputTokens, outputTokens, reasoningTokens } = usage;
  if (total === null || inputTokens === null || outputTokens === null) return usage;
  const missing = total - inputTokens - outputTokens;
  if (missing <= 0) return usage;
  if (missing === fromCache) return { ...usage, inputTokens: inputTokens + missing };
  return {
    ...usage,
    outputTokens: outputTokens + missing,
    reasoningTokens: reasoningTokens || missing,
  };
}

function isAnthropic(report: unknown): boolean {
  const isOpenai =
    valueAt(report, 'prompt_tokens') ??
    valueAt(report, 'input_tokens_details') ??
    valueAt(report, 'input_token_details');
  return countAt(report, 'input_tokens') !== null && !isOpenai;
}

/** Its input is the sum of these; relays may leave the sum out. */
function deepSeekInput(report: unknown): number | null {
  return sumOf(
    firstCount(report, [['prompt_cache_hit_tokens']]),
    firstCount(report, [['prompt_cache_miss_tokens']]),
  );
}

/** The longest contexts of models; a larger count is a mistake or a lie, and isn't used. */
const countLimit = 10_000_000;

/** The first count that isn't zero, else a zero if there is one. */
function firstCount(report: unknown, paths: readonly Path[]): number | null {
  let found: number | null = null;
  for (const path of paths) {
    const count = countAt(report, ...path);
    if (count === null || count > countLimit) continue;
    if (count > 0) return count;
    found = 0;
  }
  return found;
}

function sumOf(first: number | null, second: number | null): number | null {
  return first === null && second === null ? null : (first ?? 0) + (second ?? 0);
}

function unlessZero(count: number | null, other: number | null): number | null {
  return count || (other ?? count);
}

function larger(first: number | null, second: number | null): number | null {
  if (first === null || second === null) return first ?? second;
  return Math.max(first, second);
}
