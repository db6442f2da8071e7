/** A header that a channel wants otherwise: `Name: value` sets it, `-Name` removes it. */
export interface HeaderRule {
  /** In lower case. */
  name: string;
  /** null: the header is removed. May refer to the client's headers as `${client:Name}`. */
  value: string | null;
}

/** Framing, hop-by-hop headers (RFC 9110, 7.6.1), and what this gateway itself relies on. */
const ownNames: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'content-encoding', 'transfer-encoding', 'te', 'trailer'],
  ...['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'expect', 'via'],
  ...['accept-encoding', 'proxy-authenticate'],
]);
const credentialNames: ReadonlySet<string> = new Set([
  ...['authorization', 'proxy-authorization', 'x-api-key', 'x-goog-api-key', 'api-key'],
  ...['cookie', 'set-cookie'],
]);
const rule = /^(?:-\s*(?<removed>[^\s:]+)|(?<name>[^\s:]+)\s*:\s*(?<value>.*))$/;
/** RFC 9110, 5.6.2. */
const token = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const reference = /\$\{client:([^}]*)\}/g;

/** What is wrong with a rule; null if nothing is. */
export function faultOfHeaderRule(text: string): string | null {
  const { removed, name = removed, value = '' } = rule.exec(text)?.groups ?? {};
  if (name === undefined) return 'must be "Name: value", or "-Name" to remove a header';
  const copied = [...value.matchAll(reference)].map(([, of = '']) => of);
  for (const one of [name, ...copied]) {
    const lower = one.toLowerCase();
    if (credentialNames.has(lower)) return `must not be about the credential ${lower}`;
    const fault = faultOfHeaderName(one);
    if (fault) return fault;
  }
  if (removed === undefined && value === '') return 'must have a value after the colon';
  return /^[\x20-\x7e]*$/.test(value) ? null : 'must have a value in printable ASCII';
}

/** What is wrong with the name of a header to send; null if nothing is. */
export function faultOfHeaderName(name: string): string | null {
  const lower = name.toLowerCase();
  if (!token.test(name)) return 'must name a header by letters, digits and dashes';
  const isOwn = ownNames.has(lower) || lower.startsWith('sec-websocket-');
  return isOwn ? `must not be about ${lower}, which belongs to each connection` : null;
}

/** Reads a valid rule. */
export function parseHeaderRule(text: string): HeaderRule {
  const { removed, name = removed ?? '', value } = rule.exec(text)?.groups ?? {};
  return { name: name.toLowerCase(), value: removed === undefined ? (value ?? '') : null };
}

/**
 * Headers, as alternating names and values, by these rules. A rule that refers to a header that the client
 * didn't send, or a probe, which has no client, changes nothing.
 */
export function applyHeaderRules(
  rules: readonly HeaderRule[],
  headers: readonly string[],
  clientHeaders: readonly string[],
): readonly string[] {
  let changed = headers;
  for (const { name, value } of rules) {
    const filled = value === null ? null : fill(value, clientHeaders);
    if (filled === undefined) continue;
    changed = without(changed, name);
    if (filled !== null) changed = [...changed, name, filled];
  }
  return changed;
}

function without(headers: readonly string[], name: string): string[] {
  return headers.filter((_, at) => headers[at - (at % 2)]?.toLowerCase() !== name);
}

/** undefined: a header that it refers to is missing. */
function fill(value: string, clientHeaders: readonly string[]): string | undefined {
  let isMissing = false;
  const filled = value.replaceAll(reference, (_, name: string) => {
    const at = clientHeaders.findIndex(
      (one, index) => index % 2 === 0 && one.toLowerCase() === name.toLowerCase(),
    );
    if (at < 0) isMissing = true;
    return clientHeaders[at + 1] ?? '';
  });
  return isMissing ? undefined : filled;
}
