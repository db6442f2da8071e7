/** A word for a POSIX shell: names come from providers, and nothing in them may be run. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A string literal as JSON, JavaScript, Python and TOML all read it. */
export function quoteForCode(text: string): string {
  return JSON.stringify(text);
}

/** A model's name within a path: its slashes part it, all else is escaped. */
export function pathOf(model: string): string {
  return model.split('/').map(encodeURIComponent).join('/');
}
