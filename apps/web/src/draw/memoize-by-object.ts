/** Caches what `make` returns for an object, which must not change. */
export function memoizeByObject<Key extends object, Value extends {}>(
  make: (key: Key) => Value,
): typeof make {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
