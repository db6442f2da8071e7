/** Whether both addresses have the same origin, so that a stored key may be sent to either. */
export function isSameOrigin(current: string, next: string): boolean {
  const [a, b] = [URL.parse(current), URL.parse(next)];
  return a !== null && b !== null && a.origin === b.origin;
}
