/** What a template may name besides `fields.…`. */
const templateNames = [
  ...['id', 'incident', 'kind', 'severity', 'language'],
  ...['title', 'text', 'lines', 'link', 'at', 'time'],
] as const;

const placeholder = /\{\{\s*([\w.-]*)\s*\}\}/g;
const onlyPlaceholder = /^\{\{\s*([\w.-]*)\s*\}\}$/;

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type TemplateValues = Readonly<Record<string, unknown>>;

/** What is wrong with a template; null if nothing is. */
export function faultOfTemplate(template: string): string | null {
  const parsed = parse(template);
  if (parsed === undefined)
    return 'must be JSON, with placeholders such as "{{title}}" in its texts';
  const names = textsOf(parsed).flatMap((text) => [...text.matchAll(placeholder)]);
  const unknown = names
    .map(([, name = '']) => name)
    .find((name) => !templateNames.some((one) => one === name) && !/^fields\.[\w-]+$/.test(name));
  if (unknown === undefined) return null;
  return `must not name {{${unknown}}}: there is ${templateNames.join(', ')} and fields.…`;
}

/**
 * The JSON of a valid template with the values in it. They are put into the parsed JSON, so no value can add
 * to it. A text that is nothing but a placeholder becomes the value itself, which may be a number or a list.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  return JSON.stringify(filled(parse(template) ?? null, values));
}

function filled(json: Json, values: TemplateValues): unknown {
  if (typeof json === 'string') return filledText(json, values);
  if (Array.isArray(json)) return json.map((item) => filled(item, values));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, item]) => [name, filled(item, values)]),
  );
}

function filledText(text: string, values: TemplateValues): unknown {
  const [, only] = onlyPlaceholder.exec(text) ?? [];
  if (only !== undefined) return valueNamed(values, only);
  return text.replaceAll(placeholder, (_, name: string) => {
    const value = valueNamed(values, name);
    if (value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function valueNamed(values: TemplateValues, name: string): unknown {
  return Object.hasOwn(values, name) ? (values[name] ?? null) : null;
}

function textsOf(json: Json): string[] {
  if (typeof json === 'string') return [json];
  if (json === null || typeof json !== 'object') return [];
  return Object.values(json).flatMap(textsOf);
}

/** undefined: not JSON. */
function parse(template: string): Json | undefined {
  try {
    return JSON.parse(template);
  } catch {
    return undefined;
  }
}
