/**
 * What one import may hold, counted before aliases or a row's keys and models are multiplied: more than
 * anyone has. Writing that many channels takes about 2 s. The event loop keeps running meanwhile, but on
 * SQLite other queries of this process wait until the transaction ends.
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
