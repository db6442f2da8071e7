import { targetFieldSchemas } from '@api-monitor/core';
import { foldName } from '../../fold-name.ts';
import { importLimits, tooMuch } from '../../import-limits.ts';
import type { ImportNote, UploadedEntry } from '../../import-notes.ts';
import { isRecord } from '../bound-entries.ts';
import { addressOfType } from './one-api-addresses.ts';
import { fieldsOf } from './one-api-fields.ts';
import { keysIn, type RowKey, tooManyChannels } from './one-api-keys.ts';
import { lossesOf, objectIn, shownNames } from './one-api-losses.ts';
import { foreignProtocolOf } from './one-api-protocols.ts';

type Row = Record<string, unknown>;

const enabledStatus = 1;

/** Whether these are channels of one-api or new-api: rows of their table, or their API's JSON. */
export function areOneApiChannels(entries: readonly unknown[]): boolean {
  return entries.some((entry) => isRecord(entry) && 'type' in entry && 'status' in entry);
}

/**
 * Their rows as entries of an import, in the order of their priority. A row may hold several keys, one per
 * line, which become keys of one channel. Repeated names get a number. Throws AppError `invalid_input` if
 * channels, keys or models are more than an import may hold.
 */
export function fromOneApi(entries: readonly unknown[]): UploadedEntry[] {
  const rows = entries
    .filter(isRecord)
    .toSorted((a, b) => numberOf(b.priority) - numberOf(a.priority));
  const names = createNames(rows);
  const channels: UploadedEntry[] = [];
  let models = 0;
  for (const row of rows) {
    const { bad, lost, ...common } = commonFields(row);
    const keys = keysIn(textOf(row.key), objectIn(row.channel_info));
    models += common.selected_models.length;
    if (models > importLimits.models) throw tooMuch(`${importLimits.models} models`);
    if (channels.length === importLimits.channels) throw tooManyChannels();
    const isOn = keys.some((key) => key.isEnabled) && numberOf(row.status) === enabledStatus;
    const notes = [...notesOfRow(row, lost), ...notesOfKeys(keys), ...notesOfModels(bad)];
    if (!isOn) notes.push({ code: 'disabled_there', params: {} });
    const enabled = isOn && !notes.some(({ code }) => code === 'foreign_protocol');
    channels.push({
      entry: { name: names.next(nameOf(row)), ...common, enabled, ...keyFields(keys) },
      notes,
      family: nameOf(row),
    });
  }
  return channels;
}

/** Where all keys of a row are disabled, its channel is, and the first key serves once it is enabled. */
function keyFields(keys: readonly RowKey[]) {
  const [first, ...others] = keys;
  if (!first || first.key === null) return {};
  if (others.length === 0) return { api_key: first.key };
  const hasEnabled = keys.some(({ isEnabled }) => isEnabled);
  return {
    keys: keys.map((one) => ({
      api_key: one.key ?? '',
      enabled: one.isEnabled || (!hasEnabled && one === first),
    })),
  };
}

function notesOfKeys(keys: readonly RowKey[]): ImportNote[] {
  if (keys.length === 1) return [];
  const disabled = keys.filter(({ isEnabled }) => !isEnabled).length;
  const notes: ImportNote[] = [{ code: 'many_keys', params: { keys: keys.length } }];
  if (disabled > 0) notes.push({ code: 'disabled_keys', params: { keys: disabled } });
  return notes;
}

/** What a row says beside its name and its keys. */
function commonFields(row: Row) {
  const models = textOf(row.models).split(',', importLimits.modelsOfChannel + 1);
  if (models.length > importLimits.modelsOfChannel) {
    throw tooMuch(`${importLimits.modelsOfChannel} models in a row`);
  }
  const base_url = textOf(row.base_url) || addressOfType(numberOf(row.type), row);
  const { fields, lost, idOf } = fieldsOf(row);
  // Rows list the names that clients use; a selection is of what the channel lists.
  const ids = models.map((model) => idOf.get(model.trim()) ?? model.trim());
  const named = [...new Set(ids.filter(Boolean))];
  const good = named.filter(isModelName);
  return {
    ...fields,
    lost,
    ...(base_url === undefined ? {} : { base_url }),
    // None selected would mean all; with only bad names, the entry is refused for them.
    selected_models: good.length > 0 ? good : named,
    bad: good.length > 0 ? named.filter((model) => !isModelName(model)) : [],
  };
}

function isModelName(model: string): boolean {
  return targetFieldSchemas.selected_models.element.safeParse(model).success;
}

function notesOfModels(bad: readonly string[]): ImportNote[] {
  if (bad.length === 0) return [];
  const names = bad.slice(0, 3).map((model) => {
    const start = JSON.stringify(model.length > 60 ? `${model.slice(0, 60)}…` : model);
    return start.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  });
  return [{ code: 'bad_models', params: { count: bad.length, names: names.join(', ') } }];
}

function notesOfRow(row: Row, lost: readonly string[]): ImportNote[] {
  const type = foreignProtocolOf(numberOf(row.type), row);
  const losses = shownNames([...lossesOf(row), ...lost]);
  const notes: (ImportNote | null)[] = [
    type === null ? null : { code: 'foreign_protocol', params: { type } },
    losses.length === 0 ? null : { code: 'not_imported', params: { fields: losses.join(', ') } },
  ];
  return notes.filter((note) => note !== null);
}

function nameOf(row: Row): string {
  return textOf(row.name) || `channel ${numberOf(row.id)}`;
}

/** Gives repeated names a number that no row has in its own name. */
function createNames(rows: readonly Row[]) {
  const own = new Set(rows.map((row) => foldName(nameOf(row))));
  const used = new Set<string>();
  const lastNumber = new Map<string, number>();
  return {
    next(name: string): string {
      let free = name;
      const folded = foldName(name);
      for (let n = (lastNumber.get(folded) ?? 1) + 1; used.has(foldName(free)); n += 1) {
        lastNumber.set(folded, n);
        const numbered = `${name} (${n})`;
        if (!own.has(foldName(numbered))) free = numbered;
      }
      used.add(foldName(free));
      return free;
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** In a CSV, numbers are texts. */
function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
}
