import { AppError } from '@api-monitor/core';
import { longestSection } from '../alerts/section-limit.ts';
import { importLimits, tooMuch } from '../import-limits.ts';

/**
 * The entries with only plain values, and lists of them or of flat objects, in their fields. Anything nested
 * deeper becomes an empty object, which no field accepts. Throws AppError `invalid_input` if the entries are
 * more or larger than an import may hold. `placeOf`: what its message calls an entry.
 */
export function boundEntries(
  entries: readonly unknown[],
  placeOf = (index: number) => `channels[${index}]`,
): unknown[] {
  const { channels, models, characters } = importLimits;
  if (entries.length > channels) throw tooMuch(`${channels} channels`);
  const sums = { items: 0, characters: 0 };
  return entries.map((entry, index) => {
    const bounded = isRecord(entry) ? boundEntry(entry, placeOf(index), sums) : null;
    if (sums.items > models) throw tooMuch(`${models} models in all`);
    if (sums.characters > characters) throw tooMuch(`${characters} characters in all its channels`);
    return bounded;
  });
}

const fieldsOfItem = 8;

function boundEntry(entry: object, place: string, sums: { items: number; characters: number }) {
  const { fieldsOfChannel, modelsOfChannel, fieldCharacters } = importLimits;
  const fields = Object.entries(entry);
  if (fields.length > fieldsOfChannel) {
    throw invalid(`${place} must have at most ${fieldsOfChannel} fields`);
  }
  const bound = (field: string, value: unknown): unknown => {
    if (typeof value !== 'string') return isPlain(value) ? value : {};
    sums.characters += value.length;
    if (value.length <= fieldCharacters) return value;
    throw invalid(`${place} ${nameOf(field)} must have at most ${fieldCharacters} characters`);
  };
  /** An item of a list may have fields of its own, as a key has. */
  const flat = (field: string, item: object) => {
    const parts = Object.entries(item);
    if (parts.length > fieldsOfItem) return {};
    return Object.fromEntries(
      parts.map(([name, value]) => [name.slice(0, 64), bound(field, value)]),
    );
  };
  const bounded = fields.map(([field, value]) => {
    bound('a field name', field);
    if (!Array.isArray(value)) return [field, bound(field, value)];
    if (value.length > modelsOfChannel) {
      throw invalid(`${place} ${nameOf(field)} must have at most ${modelsOfChannel} items`);
    }
    sums.items += value.length;
    return [field, value.map((item) => (isRecord(item) ? flat(field, item) : bound(field, item)))];
  });
  return Object.fromEntries(bounded);
}

/** Whether JSON keeps it as it is; an infinite number would become null. */
function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || Number.isFinite(value);
}

function nameOf(field: string): string {
  return field.slice(0, 64);
}

function invalid(fault: string): AppError {
  return new AppError('invalid_input', fault);
}

/**
 * What a parsed file says about alerts, as JSON has it; undefined if it says nothing. Throws AppError
 * `payload_too_large` if it is longer than any list of destinations.
 */
export function alertSectionIn(file: unknown): unknown {
  if (!isRecord(file) || file.alerts === undefined) return undefined;
  const isShort = isWithin(file.alerts, longestSection);
  const json = isShort ? JSON.stringify(file.alerts) : '';
  if (!isShort || json.length > longestSection) {
    throw tooMuch(`${longestSection} characters of alerts`);
  }
  return JSON.parse(json);
}

/** Whether a value has at most so many parts and characters. What contains itself by an alias of YAML has no end. */
function isWithin(value: unknown, most: number): boolean {
  const left = [value];
  let size = 0;
  while (left.length > 0 && size <= most) {
    const next = left.pop();
    size += typeof next === 'string' ? next.length + 2 : 1;
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, part] of Object.entries(next)) {
      size += Array.isArray(next) ? 1 : name.length;
      left.push(part);
    }
  }
  return size <= most;
}

/** Whether a parsed value is an object with fields, and not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
