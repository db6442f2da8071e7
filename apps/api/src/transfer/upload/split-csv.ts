const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** Excel's own line, which names the delimiter: `sep=;`. */
const separatorLine = /^"?sep=([,;\t|])"?\r?\n/i;

export interface SplitCsv {
  /** Without Excel's `sep=` line. */
  text: string;
  delimiter: Delimiter;
}

/** What separates the cells: what `sep=` says, or else what separates most names in the first line. */
export function splitCsv(raw: string): SplitCsv {
  const text = raw.trimStart();
  const named = separatorLine.exec(text);
  const delimiter = delimiters.find((one) => one === named?.[1]);
  if (named && delimiter) return { text: text.slice(named[0].length), delimiter };
  const head = headOf(text);
  const most = delimiters.toSorted((a, b) => head.split(b).length - head.split(a).length)[0];
  return { text, delimiter: most ?? ',' };
}

/** Whether the first line has at least two names of columns, or names the delimiter. */
export function isCsv(raw: string): boolean {
  const text = raw.trimStart();
  return separatorLine.test(text) || /^[\w" -]+([,;\t|][\w" -]+)+$/.test(headOf(text));
}

function headOf(text: string): string {
  const [line = ''] = text.slice(0, 4096).split(/\r?\n/, 1);
  return line.trimEnd();
}
