import { targetFieldSchemas } from '@api-monitor/core';
import { foldName } from '../../fold-name.ts';
import { importLimits, tooMuch } from '../../import-limits.ts';
import type { ImportNote, UploadedEntry } from '../../import-notes.ts';
import { isRecord } from '../bound-entries.ts';
import { addressOfType } from './one-api-addresses.ts';
import { fieldsOf } from './one-api-fields.ts';
import { keysIn, tooManyChannels } from './one-api-keys.ts';
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
 * line: each becomes a channel. Repeated names get a number. Throws AppError `invalid_input` if keys and
 * models are more than an import may hold.
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
    const notes = [...notesOfRow(row, lost, keys.length), ...notesOfModels(bad)];
    for (const { key, isEnabled } of keys) {
      models += common.selected_models.length;
      if (models > importLimits.models) {
        throw tooMuch(`${importLimits.models} models, those of a row once for each of its keys`);
      }
      if (channels.length === importLimits.channels) throw tooManyChannels();
      const name = names.next(nameOf(row));
      const isOn = isEnabled && numberOf(row.status) === enabledStatus;
      const enabled = isOn && !notes.some(({ code }) => code === 'foreign_protocol');
      const api_key = key === null ? {} : { api_key: key };
      channels.push({
        entry: { name, ...common, enabled, ...api_key },
        notes: isOn ? notes : [...notes, { code: 'disabled_there', params: {} }],
        family: nameOf(row),
      });
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

function notesOfRow(row: Row, lost: readonly string[], keys: number): ImportNote[] {
  const type = foreignProtocolOf(numberOf(row.type), row);
  const losses = shownNames([...lossesOf(row), ...lost]);
  const notes: (ImportNote | null)[] = [
    type === null ? null : { code: 'foreign_protocol', params: { type } },
    losses.length === 0 ? null : { code: 'not_imported', params: { fields: losses.join(', ') } },
    keys === 1 ? null : { code: 'one_of_keys', params: { keys } },
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
