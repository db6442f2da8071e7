/** A name under which clients may ask for a model of the channel. */
export interface ModelAlias {
  public: string;
  id: string;
}

const alias = /^(?<public>\S(?:.*?\S)?)\s+=\s+(?<id>\S(?:.*\S)?)$/;
const longestName = 256;

/** What is wrong with an alias; null if nothing is. */
export function faultOfModelAlias(text: string): string | null {
  const names = alias.exec(text)?.groups;
  if (!names) return 'must be "public name = model id"';
  if (Object.values(names).some((name) => name.length > longestName)) {
    return `must have names of at most ${longestName} characters`;
  }
  return names.public === names.id ? 'must give the model another name than its own' : null;
}

/** Reads a valid alias. */
export function parseModelAlias(text: string): ModelAlias {
  const { public: name = '', id = '' } = alias.exec(text)?.groups ?? {};
  return { public: name, id };
}

/** An alias as it is stored. */
export function formatModelAlias({ public: name, id }: ModelAlias): string {
  return `${name} = ${id}`;
}
