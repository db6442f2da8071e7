import { AppError } from '@api-monitor/core';
import { isScalar, Lexer, parseDocument, visit, type YAMLMap } from 'yaml';
import { importLimits, tooMuch } from '../import-limits.ts';

/** An export of 700 channels with 150 models each has 660,000. */
const tokenLimit = 1_500_000;
/** Anchors and aliases together; the time to resolve them grows with their square. */
const aliasLimit = 1000;

/**
 * The value of a YAML text. Throws AppError `invalid_input` if it has more parts, aliases or keys in a
 * mapping than an import may have, and the parser's own errors.
 */
export function readYaml(text: string): unknown {
  assertParsable(text);
  // The parser would compare each key with all before it, and so would the checks of known tags.
  const document = parseDocument(text, {
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'error',
  });
  const [fault] = document.errors;
  if (fault) throw fault;
  visit(document, { Map: (_key, map) => assertUniqueKeys(map, text) });
  return document.toJS({ maxAliasCount: aliasLimit });
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
