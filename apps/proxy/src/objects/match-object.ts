import type { IncomingHttpHeaders } from 'node:http';
import { type Dialect, type Endpoint, keyHeaders } from '../request/endpoint.ts';
import {
  anthropicFileRows,
  anthropicRows,
  geminiRows,
  type ObjectRow,
  openaiRows,
} from './object-call.ts';

export type MatchedObject =
  | { kind: 'forward'; endpoint: Endpoint; pathModel: null }
  | { kind: 'wrong_method'; dialect: Dialect; allowed: string };

/** No provider's ids have other characters, and nothing else may become part of the channel's path. */
const idText = '([A-Za-z0-9][A-Za-z0-9_.-]{0,255})';

interface Table {
  dialect: Dialect;
  version: string;
  /** One entry for each path. */
  entries: { pattern: RegExp; rows: readonly ObjectRow[] }[];
}

function tableOf(dialect: Dialect, rows: readonly ObjectRow[], version = '/v1'): Table {
  const entries = [...Map.groupBy(rows, ({ path }) => path)].map(([path, own]) => ({
    pattern: new RegExp(`^${path.replace('{id}', idText)}$`),
    rows: own,
  }));
  return { dialect, version, entries };
}

const openai = tableOf('openai', openaiRows);
const anthropic = tableOf('anthropic', anthropicRows);
const anthropicFiles = tableOf('anthropic', anthropicFileRows);
const gemini = tableOf('gemini', geminiRows, '/v1beta');

const uploadPath = /^\/upload(?:\/v1(?:beta)?)?\/files$/;

/**
 * The object that a path names. Three providers use `/v1/files`, so the headers decide there: SDKs of
 * Anthropic always send `anthropic-version`, those of Google their own key header.
 */
export function matchObject(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
): MatchedObject | null {
  const [, version = '', below = ''] = /^(\/v1(?:beta)?)?(\/.+)$/.exec(path) ?? [];
  if (uploadPath.test(below)) return matchUpload(method);
  const isGoogles = version === '/v1beta' || headers['x-goog-api-key'] !== undefined;
  const isAnthropics = headers['anthropic-version'] !== undefined;
  if (isGoogles) return matchTable(gemini, method, below);
  return (
    matchTable(anthropic, method, below) ??
    matchTable(isAnthropics ? anthropicFiles : openai, method, below)
  );
}

function matchTable(table: Table, method: string, path: string): MatchedObject | null {
  const { dialect } = table;
  for (const { pattern, rows } of table.entries) {
    const [match, found = null] = pattern.exec(path) ?? [];
    if (match === undefined) continue;
    const row = rows.find((one) => one.method === method);
    if (!row) {
      return { kind: 'wrong_method', dialect, allowed: rows.map((one) => one.method).join(', ') };
    }
    const { route, action, kind } = row;
    // Google's names contain their collection.
    const [, collection = ''] = path.split('/');
    const id = found !== null && dialect === 'gemini' ? `${collection}/${found}` : found;
    return {
      kind: 'forward',
      pathModel: null,
      endpoint: {
        ...{ route, dialect, method: row.method, upstreamPath: table.version + path },
        ...{ keyHeader: keyHeaders[dialect], takesForm: action === 'upload' },
        // Its body names a model, like any other request for one.
        object: row.kind === 'cached-content' && action === 'create' ? null : { action, kind, id },
      },
    };
  }
  return null;
}

/** Google's upload: https://ai.google.dev/api/files#method:-media.upload */
function matchUpload(method: string): MatchedObject {
  if (method !== 'POST') return { kind: 'wrong_method', dialect: 'gemini', allowed: 'POST' };
  return {
    kind: 'forward',
    pathModel: null,
    endpoint: {
      ...{ route: 'gemini-files', dialect: 'gemini', method: 'POST', takesForm: true },
      ...{ upstreamPath: '/upload/v1beta/files', keyHeader: keyHeaders.gemini },
      object: { action: 'upload', kind: 'gemini-file', id: null },
    },
  };
}
