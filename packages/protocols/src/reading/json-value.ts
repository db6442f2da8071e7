/**
 * For JSON of any shape: every step returns what is there or nothing, and never throws, because a wrong
 * shape in an upstream's body is a result of the probe, not an error of the monitor.
 */

/** The value at a path of keys and array positions; undefined if there is none. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) found = stepInto(found, key);
  return found;
}

function stepInto(value: unknown, key: string | number): unknown {
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The string at the path, else an empty one. */
export function stringAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The array at the path, else an empty one. */
export function arrayAt(value: unknown, ...path: readonly (string | number)[]): unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The count at the path: a safe integer that isn't negative, else null. */
export function countAt(value: unknown, ...path: readonly (string | number)[]): number | null {
  const found = valueAt(value, ...path);
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : null;
}

/** A string unchanged, anything else as JSON; '' if it is absent or nested too deeply. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return value === undefined || value === null ? '' : JSON.stringify(value);
  } catch {
    // JSON.stringify recurses and JSON.parse doesn't, so a hostile body can be parsed but not written.
    return '';
  }
}

/** The parsed text; undefined if it isn't JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
