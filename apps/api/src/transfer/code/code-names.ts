import { createHash } from 'node:crypto';

/** What a channel is called in a folder of files and in an environment. */
export interface CodeName {
  /** Without its ending. */
  file: string;
  variable: string;
}

/** Letters, digits and single separators: such a name says all of itself in a file's name and a variable's. */
const plain = /^[A-Za-z0-9]+(?:[ ._/-][A-Za-z0-9]+)*$/;
const longest = 60;
/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * The names of channels in code, by their own. They don't depend on other channels, unless two would get the
 * same: what a name can't say is told apart by the start of its hash.
 */
export function codeNamesOf(names: readonly string[]): Map<string, CodeName> {
  const found = new Map(names.map((name) => [name, codeNameOf(name, !isPlain(name))]));
  for (const part of ['file', 'variable'] as const) {
    const groups = Map.groupBy(found, ([, codeName]) => codeName[part]);
    for (const group of groups.values()) {
      if (group.length === 1) continue;
      for (const [name] of group) found.set(name, codeNameOf(name, true));
    }
  }
  return found;
}

function codeNameOf(name: string, isHashed: boolean): CodeName {
  const hash = isHashed ? [createHash('sha256').update(name).digest('hex').slice(0, 6)] : [];
  const inFile = name
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  const inVariable = name
    .normalize('NFKD')
    .toUpperCase()
    .split(/[^A-Z0-9]+/);
  return {
    file: [...joined(inFile, '-'), ...hash].join('-'),
    variable: ['CHANNEL', ...joined(inVariable, '_'), ...hash].join('_').toUpperCase(),
  };
}

function joined(parts: readonly string[], separator: string): string[] {
  const text = parts.filter((part) => part !== '').join(separator);
  return text === '' ? [] : [[...text].slice(0, longest).join('')];
}

function isPlain(name: string): boolean {
  return plain.test(name) && name.length <= longest && !reserved.test(name.toLowerCase());
}
