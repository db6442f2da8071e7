import { type Credential, curlExample } from './curl-example.ts';
import type { OpenApiDocument, Operation, Parameter } from './open-api.ts';
import { boundsOf, type Field, fieldsOf, typeOf } from './schema-fields.ts';

export type CallGroup = ReturnType<typeof readDocument>[number];
type Call = ReturnType<typeof readCall>;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The document's calls by their first tag, in the document's order. */
export function readDocument(document: OpenApiDocument, origin: string) {
  const groups = new Map<string, Call[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = operations[method];
      if (!operation) continue;
      const name = operation.tags?.[0] ?? '';
      const call = readCall(document, origin, { method, path, operation });
      groups.set(name, [...(groups.get(name) ?? []), call]);
    }
  }
  return [...groups].map(([name, calls]) => ({ name, calls }));
}

/** The groups with only the calls that have every word of the query. */
export function searchCalls(groups: readonly CallGroup[], query: string): CallGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ method, path, summary }: Call) => {
    const text = `${method} ${path} ${summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return groups
    .map((group) => ({ ...group, calls: group.calls.filter(fits) }))
    .filter((group) => group.calls.length > 0);
}

interface Found {
  method: string;
  path: string;
  operation: Operation;
}

function readCall(document: OpenApiDocument, origin: string, found: Found) {
  const { method, path, operation } = found;
  const bodySchema = operation.requestBody?.content?.['application/json']?.schema;
  const body = fieldsOf(document, bodySchema);
  const example = { origin, method: method.toUpperCase(), path, body };
  const isFile = 'application/octet-stream' in (operation.requestBody?.content ?? {});
  const parameters = (operation.parameters ?? []).flatMap((it) =>
    '$ref' in it ? [] : [parameterField(document, it)],
  );
  return {
    /** An anchor: `get-api-targets`. */
    id: `${method}${path.replace(/[^a-z0-9]+/gi, '-')}`.replace(/-+$/, ''),
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? '',
    description: operation.description ?? '',
    parameters,
    body,
    answers: answersOf(document, operation),
    example: curlExample({ ...example, isFile, credential: credentialOf(operation) }),
  };
}

function credentialOf({ security = [] }: Operation): Credential {
  if (security.some((one) => 'token' in one)) return 'token';
  return security.length > 0 ? 'session' : null;
}

function parameterField(document: OpenApiDocument, parameter: Parameter): Field {
  const schema = parameter.schema ?? {};
  return {
    path: `${parameter.in}.${parameter.name}`,
    name: parameter.name,
    depth: 0,
    type: typeOf(document, schema),
    bounds: boundsOf(schema),
    required: parameter.required === true,
    description: parameter.description ?? schema.description ?? '',
    place: parameter.in,
  };
}

function answersOf(document: OpenApiDocument, operation: Operation) {
  return Object.entries(operation.responses ?? {}).map(([status, answer]) => {
    const [mediaType = '', content] = Object.entries(answer.content ?? {})[0] ?? [];
    return {
      status,
      tone: status.startsWith('2') ? 'ok' : 'bad',
      description: answer.description ?? '',
      mediaType,
      fields: fieldsOf(document, content?.schema),
    };
  });
}
