/** `Partial` without the fields that are undefined. */
type Sent<Body> = { [Field in keyof Body]?: Exclude<Body[Field], undefined> };

/**
 * The fields of a validated body that its caller sent and may set: those that `settable` has too. The rest
 * are read-only fields of an item that was read, changed and sent back.
 */
export function sentFields<Body extends object, Settable extends object>(
  body: Body,
  settable: Settable,
): Sent<Pick<Body, keyof Body & keyof Settable>> {
  const sent = Object.entries(body).filter(
    ([field, value]) => Object.hasOwn(settable, field) && value !== undefined,
  );
  // Every field comes from the body, under its own name.
  return Object.fromEntries(sent) as Sent<Pick<Body, keyof Body & keyof Settable>>;
}
