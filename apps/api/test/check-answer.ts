import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Schema = Record<string, unknown>;
type Content = Record<string, { schema: Schema }>;

export interface OpenApiDocument {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Content }> }>>;
  components: { schemas: Record<string, Schema> };
}

interface Answered {
  method: string;
  path: string;
  status: number;
  contentType: string;
  text: string;
}

/** Throws if the status, content type or body of an answer isn't what the document says. */
export type CheckAnswer = (answered: Answered) => void;

/** Served, but not in the document. */
const undocumented = ['/api/openapi.json'];
const documentId = 'document';

export function createAnswerCheck({ paths, components }: OpenApiDocument): CheckAnswer {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const schemas = Object.entries(components.schemas).map(([name, one]) => [name, inside(one)]);
  ajv.addSchema({ $id: documentId, components: { schemas: Object.fromEntries(schemas) } });
  const validators = new Map<Schema, ValidateFunction>();
  const validatorOf = (schema: Schema) => {
    const validator = validators.get(schema) ?? ajv.compile(closed(schema));
    validators.set(schema, validator);
    return validator;
  };
  // So that `/api/targets/reorder` goes before `/api/targets/{id}`.
  const templates = Object.keys(paths).sort((a, b) => a.split('{').length - b.split('{').length);

  return ({ method, path, status, contentType, text }) => {
    // It has no body, and is like its GET otherwise.
    if (method === 'HEAD') return;
    const [pathname = ''] = path.split('?');
    const template = templates.find((one) => patternOf(one).test(pathname));
    const operation = template && paths[template]?.[method.toLowerCase()];
    const call = `${method} ${path}: ${status} ${contentType}`;
    if (!operation) {
      const isOurs = pathname.startsWith('/api/') && !undocumented.includes(pathname);
      if (isOurs && status < 400) throw new Error(`${call} is not in the document`);
      return;
    }
    const { responses } = operation;
    const response = responses[status] ?? (status >= 400 ? responses.default : undefined);
    if (!response) throw new Error(`${call}: the status is not in the document`);
    const [type = ''] = contentType.split(';');
    const content = response.content?.[type];
    if (!content) throw new Error(`${call}: the content type is not in the document`);
    const validate = validatorOf(content.schema);
    if (validate(/[/+]json$/.test(type) ? JSON.parse(text) : text)) return;
    throw new Error(`${call}: ${ajv.errorsText(validate.errors)}\n${text.slice(0, 2000)}`);
  };
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

/** The schema, closed to fields that it doesn't name. */
function closed(schema: Schema): Schema {
  const isObject = ['$ref', 'properties', 'allOf'].some((keyword) => keyword in schema);
  return isObject ? { ...inside(schema), unevaluatedProperties: false } : inside(schema);
}

/** Closes the schemas inside; parts of an `allOf` must stay open themselves. */
function inside(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, insideKeyword(keyword, value)]),
  );
}

function insideKeyword(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case '$ref':
      return `${documentId}${value}`;
    case 'properties':
      return Object.fromEntries(
        Object.entries(value as Record<string, Schema>).map(([name, one]) => [name, closed(one)]),
      );
    case 'items':
      return closed(value as Schema);
    case 'additionalProperties':
      return typeof value === 'object' ? closed(value as Schema) : value;
    case 'anyOf':
    case 'oneOf':
      return (value as Schema[]).map(closed);
    case 'allOf':
      return (value as Schema[]).map(inside);
    default:
      return value;
  }
}
