import { type OpenApiDocument, resolve, type Schema } from './open-api.ts';

/** One line of a schema's table. */
export interface Field {
  /** The path from the root, unique within its table. */
  path: string;
  name: string;
  depth: number;
  type: string;
  bounds: string;
  required: boolean;
  description: string;
  /** Where a parameter goes: `path`, `query`, `header` or `cookie`; '' for other fields. */
  place: string;
}

const mostDepth = 4;

/** A schema's fields, nested ones right after the field that contains them. */
export function fieldsOf(document: OpenApiDocument, schema: Schema | undefined): Field[] {
  return schema ? walk(document, schema, '', 0) : [];
}

function walk(document: OpenApiDocument, schema: Schema, parent: string, depth: number): Field[] {
  const object = insideOf(document, schema);
  if (!object.properties || depth >= mostDepth) return [];
  const required = new Set(object.required ?? []);
  return Object.entries(object.properties).flatMap(([name, property]) => {
    const own = flatten(document, property);
    // A field without a type is one that the API accepts and ignores.
    if (own.type === undefined && !own.enum && !own.properties && !own.anyOf) return [];
    const path = parent === '' ? name : `${parent}.${name}`;
    const field: Field = {
      path,
      name,
      depth,
      type: typeOf(document, own),
      bounds: boundsOf(own),
      required: required.has(name),
      description: property.description ?? own.description ?? '',
      place: '',
    };
    return [field, ...walk(document, own, path, depth + 1)];
  });
}

/** The schema with its references followed and its parts merged. */
function flatten(document: OpenApiDocument, schema: Schema): Schema {
  const { $ref, allOf, ...own } = schema;
  const parts = [...(allOf ?? []), ...($ref ? [resolve(document, $ref) ?? {}] : [])];
  if (parts.length === 0) return own;
  return Object.assign({}, ...parts.map((part) => flatten(document, part)), own);
}

/** The schema that a table shows: the items of an array, the non-null choice of a nullable schema. */
function insideOf(document: OpenApiDocument, schema: Schema): Schema {
  const own = flatten(document, schema);
  if (own.items) return insideOf(document, own.items);
  const [choice, ...others] = own.anyOf?.filter((it) => !isType(it, 'null')) ?? [];
  return choice && others.length === 0 ? insideOf(document, choice) : own;
}

export function typeOf(document: OpenApiDocument, schema: Schema): string {
  const own = flatten(document, schema);
  if (own.const !== undefined) return JSON.stringify(own.const);
  if (own.enum) return own.enum.map((it) => JSON.stringify(it)).join(' | ');
  const choices = own.anyOf ?? own.oneOf;
  if (choices) return choices.map((it) => typeOf(document, it)).join(' | ');
  if (own.items && isType(own, 'array')) {
    const inner = typeOf(document, own.items);
    return inner.includes(' | ') ? `(${inner})[]` : `${inner}[]`;
  }
  return [own.type ?? 'any'].flat().join(' | ');
}

/** The bounds of a value in short: `1–128 characters`, `≥ 1`, `default 20`. */
export function boundsOf(schema: Schema): string {
  const parts = [
    range(schema.minimum ?? schema.exclusiveMinimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minItems, schema.maxItems, ' items'),
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ];
  return parts.filter(Boolean).join(', ');
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && most !== undefined) return `${least}–${most}${unit}`;
  if (least !== undefined) return `≥ ${least}${unit}`;
  return most === undefined ? '' : `≤ ${most}${unit}`;
}

function isType(schema: Schema, type: string): boolean {
  return [schema.type].flat().includes(type);
}
