/** A new token of 192 random bits, with the prefix that its kind has. */
export function randomSecret(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  const text = btoa(String.fromCharCode(...bytes));
  return prefix + text.replaceAll('+', '-').replaceAll('/', '_');
}
