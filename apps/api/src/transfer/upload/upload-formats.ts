/** The formats of a file with channels; `lines` is one channel a line, as people paste them. */
export const uploadFormats = ['json', 'yaml', 'csv', 'lines', 'sqlite'] as const;
export type UploadFormat = (typeof uploadFormats)[number];
