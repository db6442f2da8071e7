/** The formats of a file with channels. */
export const uploadFormats = ['json', 'yaml', 'csv', 'sqlite'] as const;
export type UploadFormat = (typeof uploadFormats)[number];
