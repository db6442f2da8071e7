import { type FieldKind, namesOf, recordOf } from '@api-monitor/core';
import { type RawBuilder, sql } from 'kysely';

/** A boolean as both SQLite and Postgres keep it here. */
export type Bit = 0 | 1;

/** A field's value as its column keeps it: booleans as bits, lists and objects as JSON text. */
type Stored<Value> = Value extends boolean ? Bit : Value extends object ? string : Value;

/** The columns that keep these fields. */
export type Columns<Fields> = { [Name in keyof Fields]: Stored<Fields[Name]> };

type FieldsOf<Row, Fields> = {
  [Name in keyof Row]: Name extends keyof Fields ? Fields[Name] : Row[Name];
};
type ColumnsOf<Given, Fields> = {
  [Name in keyof Given as Name extends keyof Fields ? Name : never]: Stored<Given[Name]>;
};

export interface Codec<Fields> {
  /** Named one by one in queries: a database of the older tool may have further columns. */
  readonly columns: readonly (keyof Fields & string)[];
  /** The columns of the fields that are given; what isn't a field of the shape is left out. */
  toRow<Given extends Partial<Fields>>(given: Given): ColumnsOf<Given, Fields>;
  /** The row itself, its columns turned into fields in place; other columns stay as they are. */
  fromRow<Row extends Partial<Columns<Fields>>>(row: Row): FieldsOf<Row, Fields>;
}

/**
 * Converts between the fields of a shape and the columns of a row; `readers` read those JSON columns
 * whose text may have another form. The casts' guarantee: only this room writes these columns, through
 * `toRow`, and the migrations repair what the older tool wrote.
 */
export function createCodec<Fields extends object>(
  kinds: Readonly<Record<keyof Fields, FieldKind>>,
  readers: { readonly [Name in keyof Fields]?: (text: string) => Fields[Name] } = {},
): Codec<Fields> {
  const columns = namesOf(kinds);
  const bits = columns.filter((name) => kinds[name] === 'boolean');
  const texts = columns.filter((name) => kinds[name] === 'json');
  return {
    columns,
    toRow(given) {
      const row: Record<string, unknown> = {};
      for (const name of columns) if (given[name] !== undefined) row[name] = stored(given[name]);
      return row as ColumnsOf<typeof given, Fields>;
    },
    fromRow(row) {
      const fields = row as Record<string, unknown>;
      for (const name of bits) if (name in row) fields[name] = Boolean(fields[name]);
      for (const name of texts) {
        const text = fields[name];
        if (typeof text === 'string') fields[name] = (readers[name] ?? JSON.parse)(text);
      }
      return fields as FieldsOf<typeof row, Fields>;
    },
  };
}

function stored(value: unknown): unknown {
  if (typeof value === 'boolean') return bitOf(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function bitOf(value: boolean): Bit {
  return value ? 1 : 0;
}

/** The value of a JSON column outside a shape, under the same guarantee as `createCodec`. */
export function parseColumn<T>(text: string): T {
  return JSON.parse(text) as T;
}

/**
 * For an upsert: each of the columns, except those of the key, takes the value of the row that was to be
 * inserted. (A key that is set to what it was would still make SQLite write its indexes.)
 */
export function excluded<Name extends string>(
  columns: readonly Name[],
  key: readonly string[],
): Partial<Record<Name, RawBuilder<never>>> {
  const others = columns.filter((name) => !key.includes(name));
  return recordOf(others, (name) => sql<never>`${sql.ref(`excluded.${name}`)}`);
}

/** For an update of a row that gateways follow: its revision grows by one. */
export const nextRevision = sql<number>`revision + 1`;
