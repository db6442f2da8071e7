/** Names of fields, in the form in which zod picks them from a shape. */
export type Mask<Name extends PropertyKey> = Readonly<Record<Name, true>>;

/** The named fields of an object. The cast's guarantee: each of them is copied under its own name. */
export function pick<T, Name extends keyof T>(from: T, names: Mask<Name>): Pick<T, Name> {
  const picked: Partial<Pick<T, Name>> = {};
  for (const name of namesOf(names)) picked[name] = from[name];
  return picked as Pick<T, Name>;
}

/** The names of an object's fields. The cast's guarantee: the object has no fields beyond its type. */
export function namesOf<T extends object>(from: T): (keyof T & string)[] {
  return Object.keys(from) as (keyof T & string)[];
}

/** A value for each name. The cast's guarantee: `of` is called for each of them. */
export function recordOf<Name extends string, T>(
  names: readonly Name[],
  of: (name: Name) => T,
): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, T>;
}
