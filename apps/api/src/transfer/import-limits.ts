import { AppError, longestFieldCharacters } from '@api-monitor/core';

/**
 * What one import may hold, counted before aliases and a row's keys and models are multiplied; far more
 * than anyone has. Writing that many channels takes about 2 s, during which the event loop keeps running,
 * but on SQLite this process's other queries wait for the transaction.
 */
export const importLimits = {
  channels: 5000,
  /** Of all channels together. */
  models: 250_000,
  modelsOfChannel: 5000,
  fieldsOfChannel: 100,
  fieldCharacters: longestFieldCharacters,
  characters: 8 * 1024 ** 2,
  /** For JSON, YAML and CSV. */
  textMiB: 8,
  /** For files of code and what they refer to, as JSON. */
  codeMiB: 12,
  /** For any file, such as a SQLite file. */
  fileMiB: 32,
} as const;

/** The refusal of a file that holds more than `what`, such as `5000 channels`. */
export function tooMuch(what: string): AppError {
  return new AppError('invalid_input', `the file must hold at most ${what}`);
}
