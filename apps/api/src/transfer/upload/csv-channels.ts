/** What other tools call the columns. */
const synonyms: Record<string, string> = {
  url: 'base_url',
  baseurl: 'base_url',
  base: 'base_url',
  key: 'api_key',
  apikey: 'api_key',
  token: 'api_key',
  models: 'selected_models',
};
const booleans = ['enabled', 'verify_ssl', 'visitor_channel_actions_enabled'];
const numbers = ['interval_min', 'timeout_s', 'max_models', 'sort_order'];
const words = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

/** Rows of a CSV as entries; models stand in one cell, between commas or one a line. */
export function fromCsv(rows: readonly Record<string, string>[]): unknown[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([column, cell]) => {
        const name = column.toLowerCase().replaceAll(/[\s-]/g, '_');
        const field = Object.hasOwn(synonyms, name) ? (synonyms[name] ?? name) : name;
        return [field, valueOfCell(field, cell)];
      }),
    ),
  );
}

/** A cell that is none of what its field takes stays a text, so that the field's own fault is told. */
function valueOfCell(field: string, cell: string): unknown {
  if (booleans.includes(field)) return words.get(cell.toLowerCase()) ?? cell;
  if (numbers.includes(field)) return Number.isFinite(Number(cell)) ? Number(cell) : cell;
  if (field !== 'selected_models') return cell;
  return cell
    .split(/[,\n]/)
    .map((model) => model.trim())
    .filter(Boolean);
}
