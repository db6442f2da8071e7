import { AppError } from '@api-monitor/core';
import { isNode, isScalar, Lexer, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml';
import { importLimits, tooMuch } from '../import-limits.ts';

/** An export of 700 channels with 150 models each has 660,000. */
const tokenLimit = 1_500_000;
/** Anchors and aliases together; the time to resolve them grows with their square. */
const aliasLimit = 1000;

export interface ReadYaml {
  value: unknown;
  /** The line of what is at a path of keys and indices; null if it is somewhere else, as behind an alias. */
  lineOf(path: readonly (string | number)[]): number | null;
}

/**
 * The value of a YAML text, and the lines of its parts. Throws AppError `invalid_input` if it isn't YAML, or
 * has more parts, aliases or keys in a mapping than an import may have.
 */
export function readYaml(text: string): ReadYaml {
  try {
    return parse(text);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const message = cause instanceof Error ? cause.message : '';
    // The rest of the message quotes the file, which holds keys.
    const place = /at line \d+, column \d+/.exec(message)?.[0] ?? '';
    throw new AppError('invalid_input', `the file is not valid YAML ${place}`.trim(), { cause });
  }
}

function parse(text: string): ReadYaml {
  assertParsable(text);
  const lines = new LineCounter();
  // The parser would compare each key with all before it, and so would the checks of known tags.
  const document = parseDocument(text, {
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'error',
    lineCounter: lines,
  });
  const [fault] = document.errors;
  if (fault) throw fault;
  visit(document, { Map: (_key, map) => assertUniqueKeys(map, text) });
  return {
    value: document.toJS({ maxAliasCount: aliasLimit }),
    lineOf(path) {
      const node = document.getIn(path, true);
      return isNode(node) && node.range ? lines.linePos(node.range[0]).line : null;
    },
  };
}

/** Counts the parts of a text before the parser spends a hundred times their memory on them. */
function assertParsable(text: string): void {
  let [tokens, aliases] = [0, 0];
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token.startsWith('&') || token.startsWith('*')) aliases += 1;
    if (tokens > tokenLimit) throw tooMuch(`${tokenLimit} parts`);
    if (aliases > aliasLimit) throw tooMuch(`${aliasLimit} anchors and aliases`);
  }
}

function assertUniqueKeys({ items }: YAMLMap, text: string): void {
  const { fieldsOfChannel } = importLimits;
  if (items.length > fieldsOfChannel) throw tooMuch(`${fieldsOfChannel} keys in a mapping`);
  const seen = new Set<unknown>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) {
      const line = text.slice(0, key.range?.[0]).split('\n').length;
      throw new AppError('invalid_input', `the file is not valid YAML: line ${line} repeats a key`);
    }
    seen.add(key.value);
  }
}
