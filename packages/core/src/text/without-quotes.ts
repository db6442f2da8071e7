/** From the first mark to the last, because the quoted text may contain the mark too; or to the end. */
const quoted = [
  /(?<!\w)[bru]?'(?:.*'(?!\w)|.*)/s,
  /"(?:.*"|.*)/s,
  /`(?:.*`|.*)/s,
  /“(?:.*”|.*)/s,
  /‘(?:.*’|.*)/s,
  /「(?:.*」|.*)/s,
];

/** A text with `…` in place of what it quotes, which may be someone's request. */
export function withoutQuotes(text: string): string {
  return quoted.reduce((rest, pattern) => rest.replace(pattern, '…'), text);
}
