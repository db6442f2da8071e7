/** A change to the JSON bodies that the gateway sends to a channel. */
export interface BodyOverride {
  /** Of the model ids that it applies to, with `*`; null: all. */
  pattern: string | null;
  action: 'set' | 'default' | 'delete';
  /** The keys of the JSON pointer (RFC 6901), unescaped. */
  path: string[];
  /** What the value is set to, as JSON; null to delete it. */
  json: string | null;
}

const override =
  /^(?:(?<pattern>[^\s/]\S*)\s+)?(?<sign>[?-]?)(?<pointer>\/[^\s=]*)(?:\s*=\s*(?<json>.*))?$/;
const actions = { '': 'set', '?': 'default', '-': 'delete' } as const;
/** The gateway decides about these by what the client sent. */
const ownFields: ReadonlySet<string> = new Set(['model', 'stream']);
const signs = { set: '', default: '?', delete: '-' };

/** What is wrong with an override; null if nothing is. */
export function faultOfBodyOverride(text: string): string | null {
  const { sign, pointer, json } = override.exec(text)?.groups ?? {};
  if (pointer === undefined) {
    return 'must be "/pointer = JSON", "?/pointer = JSON" or "-/pointer", perhaps after a model pattern';
  }
  if (/~(?![01])/.test(pointer)) return 'must write ~ as ~0 and / as ~1 within a pointer';
  const [first = '', ...others] = keysOf(pointer);
  if (first === '') return 'must point to a field of the body';
  if (ownFields.has(first) && others.length === 0) return `must not change ${first}`;
  if ([first, ...others].includes('__proto__')) return 'must not point into __proto__';
  if (sign === '-') return json === undefined ? null : 'must have no value to delete a field';
  return isJson(json) ? null : 'must have a value in JSON after the equals sign';
}

/** Reads a valid override. */
export function parseBodyOverride(text: string): BodyOverride {
  const { pattern, sign, pointer = '', json } = override.exec(text)?.groups ?? {};
  const action = sign === '?' || sign === '-' ? actions[sign] : 'set';
  return { pattern: pattern ?? null, action, path: keysOf(pointer), json: json?.trim() ?? null };
}

/** An override as it is stored. */
export function formatBodyOverride({ pattern, action, path, json }: BodyOverride): string {
  const keys = path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  const change = `${signs[action]}${keys.join('')}${json === null ? '' : ` = ${json}`}`;
  return pattern === null ? change : `${pattern} ${change}`;
}

function keysOf(pointer: string): string[] {
  const keys = pointer.slice(1).split('/');
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function isJson(text: string | undefined): boolean {
  try {
    JSON.parse(text ?? '');
    return true;
  } catch {
    return false;
  }
}
