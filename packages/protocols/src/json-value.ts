/**
 * Reading JSON that anyone may have written: every step yields what is there or nothing, and never
 * throws, since a wrong shape in an upstream's body is a finding, not a fault of ours.
 */

/** The value under a path of keys and array positions; undefined where a step leads nowhere. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce(stepInto, value);
}

function stepInto(value: unknown, key: string | number): unknown {
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string under the path, else an empty one. */
export function stringAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The array under the path, else an empty one. */
export function arrayAt(value: unknown, ...path: readonly (string | number)[]): unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The count under the path: a whole number that isn't negative and can be counted to, else null. */
export function countAt(value: unknown, ...path: readonly (string | number)[]): number | null {
  const found = valueAt(value, ...path);
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : null;
}

/** A string as it is, anything else as JSON; nothing for what is absent or nested beyond reason. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return value === undefined || value === null ? '' : JSON.stringify(value);
  } catch {
    // JSON.stringify recurses, JSON.parse doesn't: a hostile body can be parsed yet not written.
    return '';
  }
}

/** The parsed text; undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
