import type { ObjectKind } from '@api-monitor/core';

interface Issued {
  id: string | null;
  kind: ObjectKind;
}

/**
 * The ids of what a channel's answer shows to be made: the object itself if `isNew`, and the files that a
 * batch has written.
 */
export function issuedObjects(kind: ObjectKind, json: unknown, isNew = false): Issued[] {
  const own = isNew ? [{ id: idOf(kind, json), kind }] : [];
  if (kind !== 'batch') return own;
  const files = ['output_file_id', 'error_file_id'].map((name) => textAt(json, name));
  return [...own, ...files.map((id) => ({ id, kind: 'file' as const }))];
}

/** The id of an object, or of an entry of a list. */
export function idOf(kind: ObjectKind, json: unknown): string | null {
  if (kind === 'cached-content') return textAt(json, 'name');
  if (kind !== 'gemini-file') return textAt(json, 'id');
  return textAt(json, 'name') ?? textAt(fieldOf(json, 'file'), 'name');
}

/** No provider's ids are longer. */
const idLimit = 512;

export function textAt(json: unknown, name: string): string | null {
  const value = fieldOf(json, name);
  return typeof value === 'string' && value !== '' && value.length <= idLimit ? value : null;
}

export function fieldOf(json: unknown, name: string): unknown {
  return isObject(json) ? json[name] : undefined;
}

export function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
