import type { IncomingMessage, ServerResponse } from 'node:http';
import { upstreamForTest } from '../providers.ts';
import { upstreamKey } from '../test-channel.ts';

/** What a channel was asked. */
export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

interface Kept {
  id: string;
  bytes: Buffer;
  made: object;
}

const json = (response: ServerResponse, status: number, body: object, headers: object = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));

type Exchange = { seen: Seen; response: ServerResponse; url: URL; form: FormData | null };
type Handler = (exchange: Exchange, id: string) => unknown;

/**
 * A channel that keeps objects in the formats of all three providers, as their documentation has them. Its
 * ids begin with its name. `before` may answer a request in its place by returning true.
 */
export async function objectChannel(
  name: string,
  before: (seen: Seen, response: ServerResponse) => boolean = () => false,
) {
  const seen: Seen[] = [];
  const kept = { files: [] as Kept[], batches: [] as Kept[], caches: [] as Kept[] };
  const sessions = new Map<string, { type: string; parts: Buffer[] }>();
  let count = 0;
  const nextId = (prefix: string) => {
    count += 1;
    return `${prefix}${name}${count}`;
  };
  const missing = (response: ServerResponse, id: string) =>
    json(response, 404, { error: { message: `no such object: ${id}`, type: 'not_found_error' } });
  const find = (list: Kept[], id: string) => list.find((one) => one.id === id);
  const page = (list: Kept[], { searchParams }: URL, newestFirst: boolean) => {
    const ordered = newestFirst ? [...list].reverse() : list;
    const after = searchParams.get('after') ?? searchParams.get('after_id');
    const from = ordered.findIndex(({ id }) => id === after) + 1;
    const limit = Number(searchParams.get('limit') ?? 20);
    const data = ordered.slice(from, from + limit).map(({ made }) => made);
    const ids = ordered.slice(from, from + limit).map(({ id }) => id);
    return {
      ...{ object: 'list', data, has_more: from + limit < ordered.length },
      ...{ first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null },
    };
  };
  const addFile = async ({ form, seen: { headers } }: Exchange) => {
    const file = form?.get('file');
    const bytes = file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
    const isAnthropics = headers['anthropic-version'] !== undefined;
    const id = nextId(isAnthropics ? 'file_' : 'file-');
    const filename = file instanceof File ? file.name : '';
    const made = isAnthropics
      ? { id, type: 'file', filename, mime_type: 'text/plain', size_bytes: bytes.length }
      : { id, object: 'file', filename, bytes: bytes.length, purpose: form?.get('purpose') };
    kept.files.push({ id, bytes, made });
    return made;
  };
  const response = (id: string, more: object = {}) => ({
    ...{ id, object: 'response', status: 'completed', error: null, model: 'm' },
    output: [
      {
        ...{ type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed' },
        content: [{ type: 'output_text', text: 'Hi.', annotations: [] }],
      },
    ],
    usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
    ...more,
  });
  const routes: [string, RegExp, Handler][] = [
    ['POST', /^\/v1\/files$/, async (one) => json(one.response, 200, await addFile(one))],
    ['GET', /^\/v1\/files$/, ({ response: to, url }) => json(to, 200, page(kept.files, url, true))],
    [
      'GET',
      /^\/v1\/files\/([^/]+)$/,
      ({ response: to }, id) => {
        const file = find(kept.files, id);
        return file ? json(to, 200, file.made) : missing(to, id);
      },
    ],
    [
      'GET',
      /^\/v1\/files\/([^/]+)\/content$/,
      ({ response: to }, id) => {
        const file = find(kept.files, id);
        if (!file) return missing(to, id);
        return to
          .writeHead(200, {
            'content-type': 'application/octet-stream',
            'content-length': file.bytes.length,
          })
          .end(file.bytes);
      },
    ],
    [
      'DELETE',
      /^\/v1\/files\/([^/]+)$/,
      ({ response: to }, id) => {
        if (!find(kept.files, id)) return missing(to, id);
        kept.files = kept.files.filter((one) => one.id !== id);
        return json(to, 200, { id, object: 'file', type: 'file_deleted', deleted: true });
      },
    ],
    [
      'POST',
      /^\/v1\/batches$/,
      ({ seen: { body }, response: to }) => {
        const { input_file_id } = JSON.parse(body.toString());
        const input = find(kept.files, input_file_id);
        if (!input) return missing(to, input_file_id);
        const id = nextId('batch_');
        const output = { id: nextId('file-'), bytes: Buffer.from('{"custom_id":"1"}\n') };
        kept.files.push({ ...output, made: { id: output.id, object: 'file' } });
        const made = {
          ...{ id, object: 'batch', status: 'completed', input_file_id, error_file_id: null },
          ...{ output_file_id: output.id, endpoint: '/v1/chat/completions', errors: null },
        };
        kept.batches.push({ id, bytes: input.bytes, made });
        return json(to, 200, { ...made, status: 'validating', output_file_id: null });
      },
    ],
    [
      'GET',
      /^\/v1\/(?:messages\/)?batches$/,
      ({ response: to, url }) => json(to, 200, page(kept.batches, url, true)),
    ],
    [
      'GET',
      /^\/v1\/(?:messages\/)?batches\/([^/]+)$/,
      ({ response: to }, id) => {
        const batch = find(kept.batches, id);
        return batch ? json(to, 200, batch.made) : missing(to, id);
      },
    ],
    [
      'POST',
      /^\/v1\/(?:messages\/)?batches\/([^/]+)\/cancel$/,
      ({ response: to }, id) => {
        const batch = find(kept.batches, id);
        return batch ? json(to, 200, { ...batch.made, status: 'cancelling' }) : missing(to, id);
      },
    ],
    [
      'DELETE',
      /^\/v1\/messages\/batches\/([^/]+)$/,
      ({ response: to }, id) => {
        kept.batches = kept.batches.filter((one) => one.id !== id);
        return json(to, 200, { id, type: 'message_batch_deleted' });
      },
    ],
    [
      'GET',
      /^\/v1\/messages\/batches\/([^/]+)\/results$/,
      ({ response: to }, id) => {
        if (!find(kept.batches, id)) return missing(to, id);
        to.writeHead(200, { 'content-type': 'application/x-jsonl' });
        return to.end(`{"custom_id":"a","result":{"type":"succeeded"}}\n`);
      },
    ],
    [
      'POST',
      /^\/v1\/messages\/batches$/,
      ({ seen: { body }, response: to }) => {
        const id = nextId('msgbatch_');
        const made = {
          ...{ id, type: 'message_batch', processing_status: 'ended' },
          results_url: `https://api.elsewhere.example/v1/messages/batches/${id}/results`,
        };
        kept.batches.push({ id, bytes: body, made });
        return json(to, 200, { ...made, results_url: null });
      },
    ],
    [
      'POST',
      /^\/v1\/responses$/,
      ({ response: to }) => {
        const id = nextId('resp_');
        kept.files.push({ id, bytes: Buffer.alloc(0), made: response(id) });
        return json(to, 200, response(id));
      },
    ],
    [
      'GET',
      /^\/v1\/responses\/([^/]+)$/,
      ({ response: to, url }, id) => {
        if (!find(kept.files, id)) return missing(to, id);
        if (url.searchParams.get('stream') !== 'true') return json(to, 200, response(id));
        to.writeHead(200, { 'content-type': 'text/event-stream' });
        const events = [
          { type: 'response.created', sequence_number: 0, response: response(id, { output: [] }) },
          { type: 'response.completed', sequence_number: 1, response: response(id) },
        ];
        for (const event of events) {
          to.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
        }
        return to.end();
      },
    ],
    [
      'GET',
      /^\/v1\/responses\/([^/]+)\/input_items$/,
      ({ response: to }) => {
        const data = [{ id: 'msg_in', type: 'message', role: 'user', content: [] }];
        return json(to, 200, { object: 'list', data, has_more: false, last_id: 'msg_in' });
      },
    ],
    [
      'POST',
      /^\/v1\/responses\/([^/]+)\/cancel$/,
      ({ response: to }, id) => json(to, 200, response(id, { status: 'cancelled' })),
    ],
    [
      'DELETE',
      /^\/v1\/responses\/([^/]+)$/,
      ({ response: to }, id) => {
        kept.files = kept.files.filter((one) => one.id !== id);
        return json(to, 200, { id, object: 'response.deleted', deleted: true });
      },
    ],
    [
      'POST',
      /^\/upload\/v1beta\/files$/,
      ({ seen: { body, headers }, response: to, url }) => {
        const own = url.searchParams.get('upload_id');
        if (own === null) {
          const session = nextId('session');
          sessions.set(session, {
            type: String(headers['x-goog-upload-header-content-type']),
            parts: [],
          });
          const address = `http://${headers.host}/upload/v1beta/files?upload_id=${session}`;
          to.writeHead(200, {
            ...{ 'x-goog-upload-status': 'active', 'content-length': 0 },
            'x-goog-upload-url': `${address}&upload_protocol=resumable`,
          });
          return to.end();
        }
        const session = sessions.get(own);
        if (!session) return missing(to, own);
        session.parts.push(body);
        if (!String(headers['x-goog-upload-command']).includes('finalize')) {
          return json(to, 200, {}, { 'x-goog-upload-status': 'active' });
        }
        const id = `files/${nextId('g')}`;
        const made = {
          ...{ name: id, mimeType: session.type, state: 'ACTIVE' },
          uri: `https://generativelanguage.googleapis.com/v1beta/${id}`,
        };
        kept.files.push({ id, bytes: Buffer.concat(session.parts), made });
        return json(to, 200, { file: made }, { 'x-goog-upload-status': 'final' });
      },
    ],
    [
      'GET',
      /^\/v1beta\/files$/,
      ({ response: to, url }) => {
        const from = Number(url.searchParams.get('pageToken') ?? 0);
        const size = Number(url.searchParams.get('pageSize') ?? 10);
        const nextPageToken = from + size < kept.files.length ? String(from + size) : undefined;
        const files = kept.files.slice(from, from + size).map(({ made }) => made);
        return json(to, 200, { files, nextPageToken });
      },
    ],
    [
      'GET',
      /^\/v1beta\/(files\/[^/:]+)$/,
      ({ response: to }, id) => {
        const file = find(kept.files, id);
        return file ? json(to, 200, file.made) : missing(to, id);
      },
    ],
    [
      'GET',
      /^\/v1beta\/(files\/[^/:]+):download$/,
      ({ response: to }, id) => {
        const file = find(kept.files, id);
        return file ? to.writeHead(200).end(file.bytes) : missing(to, id);
      },
    ],
    [
      'DELETE',
      /^\/v1beta\/(files\/[^/:]+)$/,
      ({ response: to }, id) => {
        kept.files = kept.files.filter((one) => one.id !== id);
        return json(to, 200, {});
      },
    ],
    [
      'POST',
      /^\/v1beta\/cachedContents$/,
      ({ seen: { body }, response: to }) => {
        const name = `cachedContents/${nextId('c')}`;
        const made = { name, model: JSON.parse(body.toString()).model, displayName: 'cache' };
        kept.caches.push({ id: name, bytes: body, made });
        return json(to, 200, made);
      },
    ],
    [
      'GET',
      /^\/v1beta\/cachedContents$/,
      ({ response: to }) => json(to, 200, { cachedContents: kept.caches.map(({ made }) => made) }),
    ],
    [
      'GET',
      /^\/v1beta\/(cachedContents\/[^/]+)$/,
      ({ response: to }, id) => {
        const cache = find(kept.caches, id);
        return cache ? json(to, 200, cache.made) : missing(to, id);
      },
    ],
    [
      'PATCH',
      /^\/v1beta\/(cachedContents\/[^/]+)$/,
      ({ seen: { body }, response: to }, id) => {
        const cache = find(kept.caches, id);
        return cache
          ? json(to, 200, { ...cache.made, ...JSON.parse(body.toString()) })
          : missing(to, id);
      },
    ],
    [
      'DELETE',
      /^\/v1beta\/(cachedContents\/[^/]+)$/,
      ({ response: to }, id) => {
        kept.caches = kept.caches.filter((one) => one.id !== id);
        return json(to, 200, {});
      },
    ],
    [
      'POST',
      /^\/v1(?:beta)?\/(?:chat\/completions|messages|models\/.+)$/,
      ({ response: to, url }) => json(to, 200, answerOn(url.pathname)),
    ],
  ];
  const origin = await upstreamForTest(async (request, to) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks) };
    seen.push(one);
    if (before(one, to)) return;
    if (headers.authorization !== `Bearer ${upstreamKey}`) {
      json(to, 401, { error: { message: 'wrong key', type: 'authentication_error' } });
      return;
    }
    const parsed = new URL(url, 'http://channel');
    const [, , handler] =
      routes.find((route) => route[0] === method && route[1].test(parsed.pathname)) ?? [];
    const pattern = routes.find((route) => route[2] === handler)?.[1];
    if (!handler || !pattern) {
      json(to, 404, { error: { message: `unknown url ${url}`, type: 'invalid_request_error' } });
      return;
    }
    await handler(
      { seen: one, response: to, url: parsed, form: await formIn(one) },
      pattern.exec(parsed.pathname)?.[1] ?? '',
    );
  });
  return { origin, seen, kept };
}

function answerOn(path: string): object {
  if (path.includes('/models/')) {
    return { candidates: [{ content: { parts: [{ text: 'Hi.' }] }, finishReason: 'STOP' }] };
  }
  if (path === '/v1/messages') {
    return {
      ...{ id: 'msg_1', type: 'message', role: 'assistant', stop_reason: 'end_turn' },
      content: [{ type: 'text', text: 'Hi.' }],
    };
  }
  return {
    ...{ id: 'chat-1', object: 'chat.completion' },
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi.' } }],
  };
}

async function formIn({ headers, body }: Seen): Promise<FormData | null> {
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return null;
  const [bytes, init] = [new Uint8Array(body), { headers: { 'content-type': type } }];
  return new Response(bytes, init).formData();
}
