import { modelKey } from '../routing/asked-route.ts';

// Browsers import this file, so it must not import zod.

/** What a model's name says besides how it is spelt. */
export interface ModelFamily {
  /** Equal for names that mean the same model, whatever their vendor prefix, case, dots and dashes. */
  key: string;
  /** As `20250929`; null if the name has none. */
  date: string | null;
  isLatest: boolean;
}

/** Who made a model, as names begin with it: `anthropic/claude-…`. */
const vendors = [
  ...['01-ai', 'ai21', 'alibaba', 'amazon', 'anthropic', 'baidu', 'bytedance', 'bytedance-seed'],
  ...[
    'cohere',
    'coherelabs',
    'deepseek',
    'deepseek-ai',
    'google',
    'meta',
    'meta-llama',
    'microsoft',
  ],
  ...['minimax', 'minimaxai', 'mistral', 'mistralai', 'moonshot', 'moonshotai', 'nousresearch'],
  ...['nvidia', 'openai', 'perplexity', 'qwen', 'stepfun', 'stepfun-ai', 'tencent', 'thudm'],
  ...['x-ai', 'xai', 'xiaomi', 'z-ai', 'zai', 'zai-org', 'zhipu', 'zhipuai'],
];
/** Who serves it, as LiteLLM and relays write before it. */
const hosts = [
  ...['azure', 'bedrock', 'cerebras', 'deepinfra', 'fireworks', 'gemini', 'groq', 'novita'],
  ...['openrouter', 'replicate', 'siliconflow', 'together', 'together_ai', 'vertex', 'vertex_ai'],
];
const prefixes: ReadonlySet<string> = new Set([...vendors, ...hosts]);
/** `us.anthropic.claude-…-v1:0` (https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html). */
const bedrock =
  /^(?:(?:us|eu|apac|global|jp|au|ca|us-gov)\.)?(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen)\.(?<name>.+?)(?:-v\d+(?::\d+)?)?$/;
const date = /[-@](20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?=[-:]|$)/;
const latest = /[-:]latest$/;
/** `claude-4.5-sonnet` and `claude-sonnet-4.5` are both in use. */
const claude = /^claude-(\d+(?:-\d+)?)-(opus|sonnet|haiku)(?=-|:|$)/;

/**
 * Reads a model's name. Whatever distinguishes models stays in the key: sizes, versions, `-mini`,
 * `-preview`, `-thinking`, and what follows a colon, such as `:free`.
 */
export function familyOf(name: string): ModelFamily {
  const bare = withoutPrefixes(modelKey(name).trim().toLowerCase());
  const plain = bare.replace(/[._\s]+/g, '-').replaceAll('--', '-');
  const found = date.exec(plain);
  const undated = plain.replace(date, '');
  const isLatest = latest.test(undated);
  const key = undated
    .replace(latest, '')
    .replace(claude, 'claude-$2-$1')
    .replace(/^meta-(?=llama)/, '')
    // `qwen-2.5` and `qwen2.5`, `llama-3` and `llama3`.
    .replace(/(?<=[a-z])-(?=\d)/g, '');
  return { key, date: found ? found.slice(1).join('') : null, isLatest };
}

/** A relay's label before or behind a name: `[官]gpt-4o`, `gpt-4o（官转）`. */
const label =
  /^(?:\s*(?:\[[^\]]*\]|【[^】]*】|\([^)]*\)|（[^）]*）))+\s*|\s*(?:\[[^\]]*\]|【[^】]*】|（[^）]*）)$/g;

/** A name in lower case without a relay's labels and without who made or serves the model. */
export function plainModelName(name: string): string {
  return withoutPrefixes(modelKey(name.toLowerCase().replace(label, '').trim()));
}

function withoutPrefixes(name: string): string {
  const slash = name.indexOf('/');
  if (slash > 0 && prefixes.has(name.slice(0, slash)))
    return withoutPrefixes(name.slice(slash + 1));
  return bedrock.exec(name)?.groups?.name ?? name;
}
