/** Fields that a row must have with the given value (null asks for null); an absent one narrows nothing. */
export type Filter<Fields> = { [Name in keyof Fields]?: Fields[Name] | undefined };

/** Unix seconds. */
export interface TimeRange {
  /** Inclusive. */
  from?: number | undefined;
  /** Exclusive. */
  to?: number | undefined;
}

/** A filter in the form that Kysely's `and` takes. */
export function withoutUndefined<Fields extends object>(
  filter: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as ReturnType<typeof withoutUndefined<Fields>>;
}
