/** A name under which clients may ask for a model of the channel. */
export interface ModelAlias {
  public: string;
  id: string;
}

const separator = /\s=\s/;
const longestName = 256;

/** What is wrong with an alias; null if nothing is. */
export function faultOfModelAlias(text: string): string | null {
  const names = namesIn(text);
  if (!names) return 'must be "public name = model id"';
  if (Object.values(names).some((name) => name.length > longestName)) {
    return `must have names of at most ${longestName} characters`;
  }
  return names.public === names.id ? 'must give the model another name than its own' : null;
}

/** Reads a valid alias. */
export function parseModelAlias(text: string): ModelAlias {
  return namesIn(text) ?? { public: '', id: '' };
}

/** In linear time, because a file may have thousands of long lines. */
function namesIn(text: string): ModelAlias | null {
  const line = text.trim();
  const at = line.search(separator);
  return at < 0 ? null : { public: line.slice(0, at).trim(), id: line.slice(at + 3).trim() };
}

/** An alias as it is stored. */
export function formatModelAlias({ public: name, id }: ModelAlias): string {
  return `${name} = ${id}`;
}
