/**
 * The options that let a cache of the package lru-cache hold at most `limit` entries. Its own option `max`
 * allocates room for that many at once: 3 MB for 100,000.
 */
export function growingTo(limit: number) {
  return { maxSize: limit, sizeCalculation: () => 1 };
}
