import { AppError } from '@api-monitor/core';
import { isScalar, Lexer, parseDocument, visit, type YAMLMap } from 'yaml';
import { importLimits } from '../import-limits.ts';

/** A file of 2 MiB that we export has 550,000. */
const tokenLimit = 750_000;
/** Anchors and aliases together: resolving them takes time by their square. */
const aliasLimit = 1000;

/**
 * What a YAML text holds. Throws AppError `invalid_input` if it has more parts, aliases or keys in a
 * mapping than an import may have, and the parser's own errors.
 */
export function readYaml(text: string): unknown {
  assertParsable(text);
  // The parser compares each key with all before it, and knows tags whose checks do the same.
  const document = parseDocument(text, {
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'error',
  });
  const [fault] = document.errors;
  if (fault) throw fault;
  visit(document, { Map: (_key, map) => assertUniqueKeys(map, text) });
  return document.toJS();
}

/** Counts a text's parts before any of them takes a hundred times its own memory. */
function assertParsable(text: string): void {
  let [tokens, aliases] = [0, 0];
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token.startsWith('&') || token.startsWith('*')) aliases += 1;
    if (tokens > tokenLimit) throw tooMany(`${tokenLimit} parts`);
    if (aliases > aliasLimit) throw tooMany(`${aliasLimit} anchors and aliases`);
  }
}

function assertUniqueKeys({ items }: YAMLMap, text: string): void {
  const { fieldsOfChannel } = importLimits;
  if (items.length > fieldsOfChannel) throw tooMany(`${fieldsOfChannel} keys in a mapping`);
  const seen = new Set<unknown>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) {
      const line = text.slice(0, key.range?.[0]).split('\n').length;
      throw new AppError('invalid_input', `the file is no valid YAML: line ${line} repeats a key`);
    }
    seen.add(key.value);
  }
}

function tooMany(what: string): AppError {
  return new AppError('invalid_input', `the file must have at most ${what}`);
}
