/** Fewer characters, or fewer different ones, could be a word, a name or a date. */
const leastLength = 20;
const leastVariety = 10;

/**
 * Whether a secret may be one that a person made up, and so one that can be found by trying. A random one
 * of 20 characters isn't: at a million guesses a second, finding it takes longer than anybody lives.
 */
export function isGuessable(secret: string): boolean {
  return secret.length < leastLength || new Set(secret).size < leastVariety;
}
