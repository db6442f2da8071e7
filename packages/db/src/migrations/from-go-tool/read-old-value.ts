// Readers of values that the older tool may have stored in any type; null: it can't be read.

/** A row as the older tool left it: any column may hold anything. */
export type OldRow = Readonly<Record<string, unknown>>;

function readNumber(value: unknown): number | null {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !/^\s*-?\d+(\.\d+)?\s*s?\s*$/i.test(value)) return null;
  return Number.parseFloat(value);
}

/** A number between the bounds. */
export function readWithin(value: unknown, min: number, max: number): number | null {
  const number = readNumber(value);
  return number !== null && number >= min && number <= max ? number : null;
}

export function readWhole(value: unknown, min: number, max: number): number | null {
  const number = readWithin(value, min, max);
  return number === null || Number.isInteger(number) ? number : null;
}

/** A larger number is milliseconds: as seconds it would be in the year 5138 or later. */
const latestSecond = 100_000_000_000;

/** Unix seconds, from a number of seconds or milliseconds or an ISO date; a date without a zone is UTC. */
export function readTime(value: unknown): number | null {
  const number = readNumber(value);
  if (number !== null) return number < 0 ? null : number > latestSecond ? number / 1000 : number;
  if (typeof value !== 'string') return null;
  const iso = value.trim().replace(' ', 'T');
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(iso);
  const ms = Date.parse(hasZone || !iso.includes('T') ? iso : `${iso}Z`);
  return Number.isNaN(ms) ? null : ms / 1000;
}

const bits = new Map<string, 0 | 1>([
  ['1', 1],
  ['true', 1],
  ['yes', 1],
  ['on', 1],
  ['0', 0],
  ['false', 0],
  ['no', 0],
  ['off', 0],
]);

export function readBit(value: unknown): 0 | 1 | null {
  const number = typeof value === 'string' ? null : readNumber(value);
  return (
    bits.get(
      String(number ?? value)
        .trim()
        .toLowerCase(),
    ) ?? null
  );
}

/** Trimmed text; null if there is none. */
export function readText(value: unknown): string | null {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
  if (typeof text === 'number' || typeof text === 'bigint') return String(text);
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : null;
}

/** The value that JSON text holds. */
export function readJson(value: unknown): unknown {
  try {
    return JSON.parse(readText(value) ?? 'null');
  } catch {
    return null;
  }
}
