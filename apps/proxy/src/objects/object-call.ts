import type { GatewayRoute, ObjectAction, ObjectKind } from '@api-monitor/core';

/** What a request wants with the objects that a channel keeps. */
export interface ObjectCall {
  action: ObjectAction;
  /** What it makes, lists or names. */
  kind: ObjectKind;
  /** Null without one. */
  id: string | null;
}

/** Kinds that share one list and one form of ids. */
export function kindsLike(kind: ObjectKind): readonly ObjectKind[] {
  return kind === 'file' || kind === 'batch-input' ? ['file', 'batch-input'] : [kind];
}

/**
 * Whether any answer with a good status is one, whatever it says. An upload that a relay answers with a page
 * or an error goes to another channel instead, except Google's, whose answer is in its headers.
 */
export function isAnyAnswerGood({ action, kind }: ObjectCall): boolean {
  if (action === 'stream') return false;
  return kind === 'gemini-file' || (action !== 'create' && action !== 'upload');
}

/** How people call it. */
export const nounOf: Readonly<Record<ObjectKind, string>> = {
  response: 'response',
  file: 'file',
  'batch-input': 'file',
  batch: 'batch',
  'anthropic-file': 'file',
  'message-batch': 'batch',
  'gemini-file': 'file',
  'cached-content': 'cached content',
};

export interface ObjectRow {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the version; `{id}` is replaced by an id. */
  path: string;
  route: GatewayRoute;
  action: ObjectAction;
  kind: ObjectKind;
}

const row = (
  text: `${ObjectRow['method']} /${string}`,
  route: GatewayRoute,
  action: ObjectAction,
  kind: ObjectKind,
): ObjectRow => {
  const [method, path = ''] = text.split(' ') as [ObjectRow['method'], string];
  return { method, path, route, action, kind };
};

/** Source: https://platform.openai.com/docs/api-reference */
export const openaiRows: readonly ObjectRow[] = [
  row('GET /responses/{id}', 'responses-item', 'stream', 'response'),
  row('DELETE /responses/{id}', 'responses-item', 'delete', 'response'),
  row('POST /responses/{id}/cancel', 'responses-item', 'change', 'response'),
  row('GET /responses/{id}/input_items', 'responses-item', 'content', 'response'),
  ...fileRows('file'),
  row('POST /batches', 'batches', 'create', 'batch'),
  row('GET /batches', 'batches', 'list', 'batch'),
  row('GET /batches/{id}', 'batches', 'read', 'batch'),
  row('POST /batches/{id}/cancel', 'batches', 'change', 'batch'),
];

/** Source: https://docs.anthropic.com/en/api */
export const anthropicRows: readonly ObjectRow[] = [
  row('POST /messages/batches', 'message-batches', 'create', 'message-batch'),
  row('GET /messages/batches', 'message-batches', 'list', 'message-batch'),
  row('GET /messages/batches/{id}', 'message-batches', 'read', 'message-batch'),
  row('DELETE /messages/batches/{id}', 'message-batches', 'delete', 'message-batch'),
  row('POST /messages/batches/{id}/cancel', 'message-batches', 'change', 'message-batch'),
  row('GET /messages/batches/{id}/results', 'message-batches', 'content', 'message-batch'),
];

/** They share their paths with OpenAI's. */
export const anthropicFileRows: readonly ObjectRow[] = fileRows('anthropic-file');

function fileRows(kind: 'file' | 'anthropic-file'): ObjectRow[] {
  return [
    row('POST /files', 'files', 'upload', kind),
    row('GET /files', 'files', 'list', kind),
    row('GET /files/{id}', 'files', 'read', kind),
    row('DELETE /files/{id}', 'files', 'delete', kind),
    row('GET /files/{id}/content', 'files', 'content', kind),
  ];
}

/** Source: https://ai.google.dev/api/files and …/caching */
export const geminiRows: readonly ObjectRow[] = [
  row('GET /files', 'gemini-files', 'list', 'gemini-file'),
  row('GET /files/{id}', 'gemini-files', 'read', 'gemini-file'),
  row('DELETE /files/{id}', 'gemini-files', 'delete', 'gemini-file'),
  row('GET /files/{id}:download', 'gemini-files', 'content', 'gemini-file'),
  row('POST /cachedContents', 'cached-contents', 'create', 'cached-content'),
  row('GET /cachedContents', 'cached-contents', 'list', 'cached-content'),
  row('GET /cachedContents/{id}', 'cached-contents', 'read', 'cached-content'),
  row('PATCH /cachedContents/{id}', 'cached-contents', 'change', 'cached-content'),
  row('DELETE /cachedContents/{id}', 'cached-contents', 'delete', 'cached-content'),
];
