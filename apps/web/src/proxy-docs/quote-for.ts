/** Quotes a word for a POSIX shell: names come from providers, and nothing in them may run. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A string literal that JSON, JavaScript, Python and TOML all read. */
export function quoteForCode(text: string): string {
  return JSON.stringify(text);
}

/** A model's name in a path: its slashes stay, everything else is escaped. */
export function pathOf(model: string): string {
  return model.split('/').map(encodeURIComponent).join('/');
}
