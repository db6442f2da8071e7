import { isRecord } from '../upload/bound-entries.ts';

/** `${NAME}`; each further `$` in front escapes it. `${client:Name}` of a header rule is something else. */
const reference = /(\$+)\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** What a text refers to as `${NAME}`. */
export function referencedNames(text: string): string[] {
  const found = [...text.matchAll(reference)];
  return [
    ...new Set(found.flatMap(([, dollars, name]) => (dollars === '$' && name ? [name] : []))),
  ];
}

/** The value with each `${NAME}` in its texts replaced, and `$${NAME}` as the text `${NAME}`. */
export function withVariables(value: unknown, lookUp: (name: string) => string): unknown {
  return mapTexts(value, (text) =>
    text.replaceAll(reference, (whole, dollars: string, name: string) =>
      dollars === '$' ? lookUp(name) : whole.slice(1),
    ),
  );
}

/** The value with its texts written so that `withVariables` returns them as they are. */
export function withoutReferences(value: unknown): unknown {
  return mapTexts(value, (text) => text.replaceAll(reference, '$$$&'));
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, mapTexts(it, map)]));
}
