// Browsers import this file, so it must not import zod.

/**
 * Stored as the key of a channel whose key isn't known yet, for example because an export left it out. It is
 * never sent.
 */
export const noKeyYet = 'unknown-key';
