import { isPlainLine } from '@api-monitor/core';
import { firstText } from '../codecs/draft.ts';
import { isObject, stringAt, valueAt } from '../reading/json-value.ts';

/** One page of a list of models. */
export interface ListPage {
  /** Each once, in the list's order. */
  models: string[];
  /** It has entries, and none of them has a usable id. */
  isUnreadable: boolean;
  /** What asks for the next page; null if this is the last. */
  cursor: ListCursor | null;
}

/** The name of the query's parameter, and its value. */
export interface ListCursor {
  name: 'after_id' | 'pageToken';
  value: string;
}

/** Longer ids aren't model names. */
const modelIdLimit = 256;

/** Where lists are: OpenAI's, Gemini's, those of relays that wrap them, and a bare array. */
const places: readonly (readonly string[])[] = [
  ['data'],
  ['models'],
  ['data', 'data'],
  ['data', 'models'],
  ['result'],
  ['result', 'models'],
  [],
];

/** The list in a body; null if there is none. Entries without a usable id are dropped. */
export function readListPage(json: unknown): ListPage | null {
  const entries = places.map((path) => valueAt(json, ...path)).find(Array.isArray);
  if (!entries) return null;
  const ids = entries.map(idOf);
  const models = [...new Set(ids.filter(isModelId))];
  const isUnreadable = entries.length > 0 && models.length === 0;
  return { models, isUnreadable, cursor: cursorOf(json, ids.at(-1) ?? '') };
}

/** Gemini's names have a prefix that isn't part of the id. */
function idOf(entry: unknown): string {
  if (typeof entry === 'string') return entry.trim();
  const name = stringAt(entry, 'name').replace(/^models\//, '');
  const others = ['model', 'model_name', 'modelId'].map((field) => stringAt(entry, field));
  return firstText(stringAt(entry, 'id'), name, ...others).trim();
}

/** A bad id is dropped: cleaned up, it would name a model that the channel doesn't have. */
function isModelId(id: string): boolean {
  return id !== '' && id.length <= modelIdLimit && isPlainLine(id);
}

function cursorOf(json: unknown, lastId: string): ListCursor | null {
  const token = stringAt(json, 'nextPageToken');
  if (token !== '') return { name: 'pageToken', value: token };
  if (!isObject(json) || json.has_more !== true) return null;
  const value = stringAt(json, 'last_id') || lastId;
  return value === '' ? null : { name: 'after_id', value };
}
