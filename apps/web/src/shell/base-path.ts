/**
 * The path below which the product is served, with a slash at both ends (`BASE_PATH`). The API writes it into
 * the page if it isn't the root.
 */
export function basePath(): string {
  // Plain functions that make addresses are tested without a document.
  return globalThis.document?.documentElement.dataset.base ?? '/';
}

/** The address of one of our pages: `pagePath('/viewer.html?target_id=1')`. */
export function pagePath(path: `/${string}`): string {
  return basePath() + path.slice(1);
}

/** Where the API is, and the gateway: an address without a slash at the end. */
export function monitorAddress(): string {
  return location.origin + basePath().slice(0, -1);
}
