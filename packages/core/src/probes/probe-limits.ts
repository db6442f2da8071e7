// Browsers import this file, so it must not import zod.

/** The most rows that one answer of the API has. */
export const probeRowLimit = 20_000;

/** How many characters of an answer a probe keeps. */
export const contentLimit = 500;
