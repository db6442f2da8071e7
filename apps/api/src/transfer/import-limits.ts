/**
 * What one import may hold, all of it counted before anything is multiplied: aliases, or a row's keys by
 * its models. More than anyone has; a transaction of as many channels takes a second or two.
 */
export const importLimits = {
  channels: 5000,
  /** Of all channels together. */
  models: 100_000,
  modelsOfChannel: 5000,
  fieldsOfChannel: 100,
  /** Of one field; the longest that a channel may have is 4,000. */
  fieldCharacters: 16_384,
  characters: 4 * 1024 ** 2,
  /** Of a text; a SQLite file may be as large as the body. */
  textMiB: 2,
} as const;
