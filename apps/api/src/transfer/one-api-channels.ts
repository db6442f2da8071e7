import { addressOfType } from './one-api-addresses.ts';

type Row = Record<string, unknown>;

const enabledStatus = 1;

/** Whether these are channels of one-api or new-api: a row of their table, or their API's JSON. */
export function areOneApiChannels(entries: readonly unknown[]): boolean {
  return entries.some((entry) => isRow(entry) && 'type' in entry && 'status' in entry);
}

/**
 * Their rows as entries of ours, in the order of their priority. One row may hold several keys, one a
 * line: each becomes a channel. Their names may repeat: a number tells them apart.
 */
export function fromOneApi(entries: readonly unknown[]): unknown[] {
  const rows = entries
    .filter(isRow)
    .toSorted((a, b) => numberOf(b.priority) - numberOf(a.priority));
  const timesUsed = new Map<string, number>();
  return rows.flatMap((row) =>
    keysOf(row).map((api_key) => ({
      ...entryOf(row, timesUsed),
      ...(api_key === null ? {} : { api_key }),
    })),
  );
}

function entryOf(row: Row, timesUsed: Map<string, number>) {
  const name = textOf(row.name) || `channel ${numberOf(row.id)}`;
  const times = (timesUsed.get(name) ?? 0) + 1;
  timesUsed.set(name, times);
  const models = textOf(row.models).split(',');
  const base_url = textOf(row.base_url) || addressOfType(numberOf(row.type), row);
  return {
    name: times === 1 ? name : `${name} (${times})`,
    ...(base_url === undefined ? {} : { base_url }),
    enabled: numberOf(row.status) === enabledStatus,
    selected_models: [...new Set(models.map((model) => model.trim()).filter(Boolean))],
  };
}

/** The API's list leaves the keys out: null, so that a channel that is known keeps its own. */
function keysOf(row: Row): (string | null)[] {
  const keys = textOf(row.key).split('\n');
  const unique = [...new Set(keys.map((key) => key.trim()).filter(Boolean))];
  return unique.length > 0 ? unique : [null];
}

function isRow(entry: unknown): entry is Row {
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** Numbers are texts where they come from a CSV. */
function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}
