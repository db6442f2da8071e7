export type Cell = string | number | boolean | null;

/**
 * Rows as CSV (RFC 4180), with a byte order mark so that spreadsheets read it as UTF-8. A text that a
 * spreadsheet would run as a formula gets an apostrophe in front, because channels choose some texts.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(fieldOf).join(','));
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** The named columns of rows as CSV. */
export function columnsAsCsv<Name extends string>(
  names: readonly Name[],
  rows: readonly Readonly<Record<Name, Cell>>[],
): string {
  return toCsv(
    names,
    rows.map((row) => names.map((name) => row[name])),
  );
}

function fieldOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = /^[\s]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
