/** The same text for names that people take for one: without regard to case, width and Unicode form. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
