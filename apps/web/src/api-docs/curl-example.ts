import type { Field } from './schema-fields.ts';

interface ExampleParts {
  origin: string;
  method: string;
  path: string;
  credential: Credential;
  body: readonly Field[];
  /** Whether the body is a file. */
  isFile: boolean;
}

/** What a call needs: a token (an admin session works too), an admin session, or nothing. */
export type Credential = 'token' | 'session' | null;

/** A command that makes the call, with `$TOKEN` as the token, `1` as each id and `session.txt` as cookie file. */
export function curlExample(parts: ExampleParts): string {
  const { origin, method, path, credential, body, isFile } = parts;
  const lines = [`curl '${origin}${path.replace(/\{[^}]+\}/g, '1')}'`];
  if (method !== 'GET') lines[0] = lines[0]?.replace('curl', `curl -X ${method}`) ?? '';
  if (path.endsWith('/events')) lines[0] = lines[0]?.replace('curl', 'curl -N') ?? '';
  if (credential === 'token') lines.push(`-H "Authorization: Bearer $TOKEN"`);
  if (credential === 'session') lines.push('-b session.txt');
  if (path.endsWith('/login')) lines.push('-c session.txt');
  if (isFile) lines.push('--data-binary @channels.yaml');
  const json = exampleBody(body);
  if (json) lines.push(`-H 'Content-Type: application/json'`, `-d '${json}'`);
  return lines.join(' \\\n  ');
}

const wellKnown: Record<string, unknown> = {
  name: 'Tokyo relay',
  base_url: 'https://api.example.com',
  api_key: 'sk-…',
  enabled: false,
  ids: [3, 1, 2],
  selected_models: ['gpt-4o'],
};

/** The required fields; if there are none, the first field. */
function exampleBody(body: readonly Field[]): string | null {
  const top = body.filter((it) => it.depth === 0);
  const required = top.filter((it) => it.required);
  const optional = top.find((it) => it.name === 'enabled') ?? top[0];
  const shown = required.length > 0 ? required : optional ? [optional] : [];
  if (shown.length === 0) return null;
  return JSON.stringify(Object.fromEntries(shown.map((it) => [it.name, sampleOf(it)])));
}

function sampleOf({ name, type }: Field): unknown {
  if (name in wellKnown) return wellKnown[name];
  if (type.endsWith('[]')) return [];
  if (type.startsWith('integer') || type.startsWith('number')) return 1;
  return type.startsWith('boolean') ? true : '…';
}
