// Reads `.env` as docker compose does, so that one file means the same to both. Node's own reading
// (--env-file) cuts a value at every `#`, and so a password into halves.
import { readFileSync } from 'node:fs';

const assignment = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=/;

/**
 * The variables of an `.env` file. A comment begins at the start of a line, or with `#` after a space; quotes
 * keep everything as it is, over several lines too, and double quotes turn `\n` into a line break.
 *
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseEnvFile(text) {
  /** @type {Record<string, string>} */
  const variables = {};
  let rest = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  while (rest !== '') {
    const end = rest.indexOf('\n');
    const line = end < 0 ? rest : rest.slice(0, end);
    const match = assignment.exec(line);
    const after = match ? rest.slice(match[0].length) : '';
    const quoted = /^[ \t]*(["'`])([\s\S]*?)\1[ \t]*(?:#[^\n]*)?(?:\n|$)/.exec(after);
    if (match && quoted) {
      const [whole, quote, value] = quoted;
      variables[match[1]] = quote === '"' ? value.replaceAll('\\n', '\n') : value;
      rest = after.slice(whole.length);
      continue;
    }
    if (match)
      variables[match[1]] = line
        .slice(match[0].length)
        .replace(/(^|\s)\s*#.*$/, hash)
        .trim();
    rest = end < 0 ? '' : rest.slice(end + 1);
  }
  return variables;
}

/**
 * Drops a comment; a `#` right after the `=` is part of the value.
 *
 * @param {string} comment
 * @param {string} before
 */
function hash(comment, before) {
  return before === '' && comment.startsWith('#') ? comment : '';
}

/**
 * The variables of the file at `path`; none if there is no such file.
 *
 * @param {string} path
 */
export function readEnvFile(path) {
  try {
    return parseEnvFile(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}
