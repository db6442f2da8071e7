import { arrayAt, isObject, valueAt } from './json-value.ts';

/** Strings that only the channel that issued them understands, wherever they are in an answer. */
const opaqueNames = [
  'encrypted_content',
  'signature',
  'thoughtSignature',
  'thought_signature',
  'encrypted',
];

/** Blocks whose `data` is sealed, of Anthropic and OpenRouter. */
const sealedTypes: readonly unknown[] = ['redacted_thinking', 'reasoning.encrypted'];

/** Objects with an id by which a later request refers to them. */
const objectPaths: readonly (readonly string[])[] = [
  [],
  ['response'],
  ['item'],
  ['container'],
  ['response', 'conversation'],
  ['conversation'],
  ['message', 'container'],
  ['delta', 'container'],
];
const idPrefixes = '(?:resp|rs|msg|fc|ws|ci|cntr|container|conv|ig|mcp)_';
const idOfChannel = new RegExp(`^${idPrefixes}`);
const plainNames = [...opaqueNames, ...sealedTypes, 'file_id'].join('|');
const markWords = new RegExp(`"(?:${plainNames})"|"${idPrefixes}|"cachedContents/`);

/** Files that a model's tools have written. */
const idOfFile = /^(?:file|cfile)[-_]\w/;
/**
 * The blocks and annotations in which a channel names files: results of its own tools, but not of MCP servers.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/code-execution-tool and
 * https://platform.openai.com/docs/guides/tools-code-interpreter
 */
const nameFiles = /^(?!mcp_)\w+_tool_result$|^(?:container_)?file_(?:citation|path)$/;
/** Sealed content never looks like an id, which an echo of the request may have under any name. */
const idOfAnything = new RegExp(`^(?:${idPrefixes}|cachedContents/)|${idOfFile.source}`);
/** What the model has written for a tool of the client or of a channel, which a client can dictate. */
const calls = /_?tool_use$/;

/** A hostile answer may nest without end. */
const deepest = 8;

/** Whether the JSON text may have such marks: most has none, and a search costs less than reading it. */
export function mayHaveStateMarks(text: string): boolean {
  return markWords.test(text);
}

/**
 * What ties a conversation to the channel that answered: response and item ids, encrypted reasoning, thinking
 * signatures. `json` is a body or an event.
 */
export function stateMarksOf(json: unknown): string[] {
  const objects = objectPaths.map((path) => valueAt(json, ...path));
  const items = [...arrayAt(json, 'output'), ...arrayAt(json, 'response', 'output')];
  const ids = [...objects, ...items].map((one) => valueAt(one, 'id'));
  return [...ids.filter(isChannelsId), ...cachesIn(json), ...opaqueIn(json, 0)];
}

/** Google's cached contents have a name instead of an id. */
function cachesIn(json: unknown): string[] {
  const name = valueAt(json, 'name');
  return typeof name === 'string' && name.startsWith('cachedContents/') ? [name] : [];
}

function isChannelsId(id: unknown): id is string {
  return typeof id === 'string' && idOfChannel.test(id);
}

function opaqueIn(json: unknown, depth: number, namesFiles = false): string[] {
  if (depth > deepest) return [];
  if (Array.isArray(json)) return json.flatMap((item) => opaqueIn(item, depth + 1, namesFiles));
  if (!isObject(json)) return [];
  const type = typeof json.type === 'string' ? json.type : '';
  const isSealed = sealedTypes.includes(type);
  const isNaming = namesFiles || nameFiles.test(type);
  return Object.entries(json).flatMap(([name, value]) => {
    if (name === 'input' && calls.test(type)) return [];
    if (typeof value !== 'string') return opaqueIn(value, depth + 1, isNaming);
    if (name === 'file_id') return isNaming && idOfFile.test(value) ? [value] : [];
    const isOpaque = opaqueNames.includes(name) || (isSealed && name === 'data');
    return isOpaque && value !== '' && !idOfAnything.test(value) ? [value] : [];
  });
}
