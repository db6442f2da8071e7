/** Whether two plain values say the same; lines are flat, so what is nested in them is compared as JSON. */
export function isSame<Value extends object>(a: Value, b: Value): boolean {
  const keys = Object.keys(a) as (keyof Value)[];
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    if (a[key] === b[key]) return true;
    const areNested = typeof a[key] === 'object' && typeof b[key] === 'object';
    return areNested && JSON.stringify(a[key]) === JSON.stringify(b[key]);
  });
}
