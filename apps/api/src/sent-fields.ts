/** `Partial` without the fields that are undefined. */
type Sent<Body> = { [Field in keyof Body]?: Exclude<Body[Field], undefined> };

/**
 * The fields of a checked body that its caller sent and may set: those that `settable` has too. A PATCH
 * of an item that was read before also holds fields that nobody can set.
 */
export function sentFields<Body extends object, Settable extends object>(
  body: Body,
  settable: Settable,
): Sent<Pick<Body, keyof Body & keyof Settable>> {
  const sent = Object.entries(body).filter(
    ([field, value]) => Object.hasOwn(settable, field) && value !== undefined,
  );
  // Each field is the body's own, under its own name.
  return Object.fromEntries(sent) as Sent<Pick<Body, keyof Body & keyof Settable>>;
}
