import { importLimits, tooMuch } from '../import-limits.ts';
import { isRecord } from './bound-entries.ts';
import { addressOfType } from './one-api-addresses.ts';

type Row = Record<string, unknown>;

const enabledStatus = 1;

/** Whether these are channels of one-api or new-api: rows of their table, or their API's JSON. */
export function areOneApiChannels(entries: readonly unknown[]): boolean {
  return entries.some((entry) => isRecord(entry) && 'type' in entry && 'status' in entry);
}

/**
 * Their rows as entries of an import, in the order of their priority. A row may hold several keys, one per
 * line: each becomes a channel. Repeated names get a number. Throws AppError `invalid_input` if keys and
 * models are more than an import may hold.
 */
export function fromOneApi(entries: readonly unknown[]): unknown[] {
  const rows = entries
    .filter(isRecord)
    .toSorted((a, b) => numberOf(b.priority) - numberOf(a.priority));
  const timesUsed = new Map<string, number>();
  const channels: object[] = [];
  let models = 0;
  for (const row of rows) {
    const common = commonFields(row);
    for (const api_key of keysOf(row)) {
      models += common.selected_models.length;
      if (models > importLimits.models) {
        throw tooMuch(`${importLimits.models} models, those of a row once for each of its keys`);
      }
      if (channels.length === importLimits.channels) throw tooManyChannels();
      const name = freeName(row, timesUsed);
      channels.push({ name, ...common, ...(api_key === null ? {} : { api_key }) });
    }
  }
  return channels;
}

/** What the channels of all the row's keys share. */
function commonFields(row: Row) {
  const models = textOf(row.models).split(',', importLimits.modelsOfChannel + 1);
  if (models.length > importLimits.modelsOfChannel) {
    throw tooMuch(`${importLimits.modelsOfChannel} models in a row`);
  }
  const base_url = textOf(row.base_url) || addressOfType(numberOf(row.type), row);
  return {
    ...(base_url === undefined ? {} : { base_url }),
    enabled: numberOf(row.status) === enabledStatus,
    selected_models: [...new Set(models.map((model) => model.trim()).filter(Boolean))],
  };
}

function freeName(row: Row, timesUsed: Map<string, number>): string {
  const name = textOf(row.name) || `channel ${numberOf(row.id)}`;
  const times = (timesUsed.get(name) ?? 0) + 1;
  timesUsed.set(name, times);
  return times === 1 ? name : `${name} (${times})`;
}

/** null if there is no key, as in the API's list, so that a known channel keeps its own. */
function keysOf(row: Row): (string | null)[] {
  const keys = textOf(row.key).split('\n', importLimits.channels + 1);
  if (keys.length > importLimits.channels) throw tooManyChannels();
  const unique = [...new Set(keys.map((key) => key.trim()).filter(Boolean))];
  return unique.length > 0 ? unique : [null];
}

function tooManyChannels() {
  return tooMuch(`${importLimits.channels} channels; each key of a row is one`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** In a CSV, numbers are texts. */
function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}
