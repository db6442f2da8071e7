import type { ServerResponse } from 'node:http';
import { deleteTarget, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { type Answer, call } from '../call.ts';
import { form } from './form.ts';
import { clientKey, masterToken, otherKey, start } from './start.ts';

type Gateway = { origin: string };

async function upload({ origin }: Gateway, key = clientKey, query = '', fields: object = {}) {
  const sent = await form({ purpose: 'user_data', ...fields });
  const answer = await call(origin, `/v1/files${query}`, { ...sent, method: 'POST', key });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"id"')]);
  return { id: String(answer.json.id), at: Number(answer.headers['x-proxy-target-id']) };
}

const asAnthropic = { 'anthropic-version': '2023-06-01' };

const codeOf = ({ status, json }: Answer) => [status, json.error?.code];

test('another key’s objects don’t exist for a key; the master token sees all', async () => {
  const { gateway } = await start();
  const { origin } = gateway;
  const { id } = await upload(gateway);
  const paths = [`/v1/files/${id}`, `/v1/files/${id}/content`];
  for (const path of paths) {
    expect((await call(origin, path)).status).toBe(200);
    expect((await call(origin, path, { key: masterToken })).status).toBe(200);
    expect(codeOf(await call(origin, path, { key: otherKey }))).toEqual([404, 'not_found']);
  }
  const method = 'DELETE';
  expect((await call(origin, paths[0] ?? '', { method, key: otherKey })).status).toBe(404);
  const listed = async (key: string) => (await call(origin, '/v1/files', { key })).json.data.length;
  expect([await listed(clientKey), await listed(otherKey), await listed(masterToken)]).toEqual([
    ...[1, 0, 1],
  ]);
  const batch = { input_file_id: id, endpoint: '/v1/chat/completions' };
  const refused = await call(origin, '/v1/batches', { body: batch, key: otherKey });
  expect([...codeOf(refused), refused.json.error.param]).toEqual([
    ...[404, 'not_found', 'input_file_id'],
  ]);
});

test('an id of another kind isn’t found', async () => {
  const { gateway } = await start();
  const { id } = await upload(gateway);
  expect((await call(gateway.origin, `/v1/batches/${id}`)).status).toBe(404);
  const found = await call(gateway.origin, `/v1/files/${id}`, { headers: asAnthropic });
  expect(found.json).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
});

test('objects are found after a restart', async () => {
  const first = await start();
  const { id, at } = await upload(first.gateway, clientKey, '?model=b/m');
  const response = await call(first.gateway.origin, '/v1/responses', {
    body: { model: 'b/m', input: 'hi' },
  });
  const unstored = await call(first.gateway.origin, '/v1/responses', {
    body: { model: 'b/m', input: 'hi', store: false },
  });
  expect(at).toBe(first.gateway.targetIds.b);
  await first.settle();
  const again = await first.again();
  const path = `/v1/files/${id}`;
  const found = await call(again.origin, path);
  expect([found.status, found.headers['x-proxy-target-id']]).toEqual([200, String(at)]);
  expect((await call(again.origin, path, { key: otherKey })).status).toBe(404);
  expect((await call(again.origin, `/v1/responses/${response.json.id}`)).status).toBe(200);
  expect((await call(again.origin, `/v1/responses/${unstored.json.id}`)).status).toBe(404);
  const next = { model: 'm', input: 'and?', previous_response_id: response.json.id };
  const followed = await call(again.origin, '/v1/responses', { body: next });
  expect(followed.headers['x-proxy-target-id']).toBe(String(at));
  const stolen = await call(again.origin, '/v1/responses', { body: next, key: otherKey });
  expect([...codeOf(stolen), stolen.json.error.param]).toEqual([
    ...[404, 'not_found', 'previous_response_id'],
  ]);
});

test('another gateway knows a new object at once', async () => {
  const { gateway, peer } = await start();
  const there = await peer();
  const { id } = await upload(gateway, clientKey, '?model=b/m');
  const found = await call(there.origin, `/v1/files/${id}`);
  expect([found.status, found.headers['x-proxy-target-id']]).toEqual([
    ...[200, String(gateway.targetIds.b)],
  ]);
  await call(there.origin, `/v1/files/${id}`, { method: 'DELETE' });
  const gone = async () => (await call(gateway.origin, `/v1/files/${id}`)).json.error?.code;
  await expect.poll(gone).toBe('not_found');
});

test('if the channel is switched off or gone, the answer says so', async () => {
  const { gateway } = await start();
  const { db, nowS, origin } = gateway;
  const { id, at } = await upload(gateway);
  const saidBy = async (code: string) => {
    const said = async () => (await call(origin, `/v1/files/${id}`)).json.error?.code;
    await expect.poll(said).toBe(code);
  };
  await updateTarget(db, at, { enabled: false }, nowS());
  await saidBy('channel_disabled');
  await deleteTarget(db, at, nowS());
  await saidBy('channel_gone');
});

test('no spelling of a reference leads to another key’s objects', async () => {
  const { gateway, seenAt } = await start();
  const { id: file } = await upload(gateway);
  const ask = (body: string, key: string) => call(gateway.origin, '/v1/responses', { body, key });
  const made = async (key: string): Promise<string> =>
    (await ask('{"model":"m","input":"hi"}', key)).json.id;
  const [theirs, own] = [await made(clientKey), await made(otherKey)];
  const sent = seenAt('a').length;
  for (const reference of [
    `"previous_response_id":"${own}","previous_response_id":"${theirs}"`,
    `"previous_response_i\\u0064":"${theirs}"`,
    `"Previous_Response_Id":"${theirs}"`,
    `"input":[{"file_i\\u0064":"${file}"}]`,
    `"input":[{"File_Id":"${file}"}]`,
    `"tools":[{"file_ids":[0,"${file}"]}]`,
  ]) {
    const { status } = await ask(`{"model":"m",${reference}}`, otherKey);
    expect([400, 404], reference).toContain(status);
  }
  expect(seenAt('a').length).toBe(sent);
});

test('a request that names a file goes to the channel that has it', async () => {
  const { gateway } = await start();
  const { id } = await upload(gateway, clientKey, '?model=b/m');
  const { origin, targetIds } = gateway;
  const at = async (path: string, body: object, key = clientKey) => {
    const answer = await call(origin, path, { body, key });
    return [answer.status, answer.headers['x-proxy-target-id'] ?? answer.json.error.param];
  };
  const there = [200, String(targetIds.b)];
  const input = [{ role: 'user', content: [{ type: 'input_file', file_id: id }] }];
  const messages = [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }];
  expect(await at('/v1/responses', { model: 'm', input })).toEqual(there);
  expect(await at('/v1/chat/completions', { model: 'm', messages })).toEqual(there);
  const tools = [{ type: 'code_interpreter', container: { type: 'auto', file_ids: [id] } }];
  expect(await at('/v1/responses', { model: 'm', input: 'hi', tools })).toEqual(there);
  for (const body of [
    { model: 'm', input },
    { model: 'm', input: 'hi', tools },
  ]) {
    expect((await at('/v1/responses', body, otherKey))[0]).toBe(404);
  }
  // What nobody is known to have may be the operator's.
  const unknown = [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-else' }] }];
  expect((await at('/v1/responses', { model: 'm', input: unknown }))[0]).toBe(200);
});

test('files of two channels in one request are refused', async () => {
  const { gateway } = await start();
  const ids = [await upload(gateway), await upload(gateway, clientKey, '?model=b/m')];
  const content = ids.map(({ id }) => ({ type: 'input_file', file_id: id }));
  const body = { model: 'm', input: [{ role: 'user', content }] };
  expect(codeOf(await call(gateway.origin, '/v1/responses', { body }))).toEqual([
    ...[400, 'several_channels'],
  ]);
});

test('Anthropic’s documents and Google’s files and caches lead to their channels', async () => {
  const { gateway } = await start();
  const { origin, targetIds } = gateway;
  const there = String(targetIds.b);
  const headers = { 'anthropic-version': '2023-06-01' };
  const sent = await form({});
  const made = await call(origin, '/v1/files?model=b/m', {
    ...{ method: 'POST', body: sent.body, headers: { ...sent.headers, ...headers } },
  });
  const source = { type: 'file', file_id: made.json.id };
  const messages = [{ role: 'user', content: [{ type: 'document', source }] }];
  const body = { model: 'm', max_tokens: 9, messages };
  const asked = await call(origin, '/v1/messages', { body });
  expect(asked.headers['x-proxy-target-id']).toBe(there);
  const requests = [{ custom_id: 'a', params: body }];
  const batch = await call(origin, '/v1/messages/batches', { body: { requests } });
  expect(batch.headers['x-proxy-target-id']).toBe(there);

  const cache = await call(origin, '/v1beta/cachedContents', { body: { model: 'models/b/m' } });
  expect(cache.json.model).toBe('models/m');
  const cached = { contents: [], cachedContent: cache.json.name };
  const path = '/v1beta/models/m:generateContent';
  expect((await call(origin, path, { body: cached })).headers['x-proxy-target-id']).toBe(there);
  expect((await call(origin, path, { body: cached, key: otherKey })).status).toBe(404);
});

test('an adversary that repeats the ids of other channels captures nothing', async () => {
  let stolen = '';
  const { gateway } = await start({
    before: {
      b: ({ method, url }, response) => {
        if (method !== 'POST' || url !== '/v1/files') return false;
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ id: stolen, object: 'file' }));
        return true;
      },
    },
  });
  const { origin, targetIds } = gateway;
  stolen = (await upload(gateway, clientKey, '?model=a/m')).id;
  for (const key of [otherKey, clientKey]) await upload(gateway, key, '?model=b/m');
  const found = await call(origin, `/v1/files/${stolen}`);
  expect([found.status, found.headers['x-proxy-target-id']]).toEqual([
    ...[200, String(targetIds.a)],
  ]);
  // The other key sees what its own channel has under that id, and nothing of the first one's.
  const others = await call(origin, `/v1/files/${stolen}`, { key: otherKey });
  expect([others.status, others.headers['x-proxy-target-id']]).toEqual([404, String(targetIds.b)]);
});

test('nobody can take an id by naming it where an answer repeats it', async () => {
  const { gateway } = await start({
    before: {
      a: ({ method, url, body }, response) => {
        if (method !== 'POST' || url !== '/v1/responses') return false;
        const { metadata } = JSON.parse(body.toString());
        const output = [{ type: 'message', content: [{ type: 'output_text', text: 'Hi.' }] }];
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ id: 'resp_x', object: 'response', metadata, output }));
        return true;
      },
    },
  });
  const metadata = { file_id: 'file-shared', id: 'resp_other' };
  const body = { model: 'a/m', input: 'hi', metadata };
  expect((await call(gateway.origin, '/v1/responses', { body, key: otherKey })).status).toBe(200);
  for (const path of ['/v1/files/file-shared', '/v1/responses/resp_other']) {
    expect((await call(gateway.origin, path, { key: otherKey })).status).toBe(404);
  }
  const input = [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-shared' }] }];
  const shared = await call(gateway.origin, '/v1/responses', { body: { model: 'a/m', input } });
  expect(shared.status).toBe(200);
});

test('a body that names thousands of files is refused', async () => {
  const { gateway } = await start();
  const content = Array.from({ length: 2_000 }, () => ({ type: 'input_file', file_id: 'file-x' }));
  const body = { model: 'm', input: [{ role: 'user', content }] };
  expect((await call(gateway.origin, '/v1/responses', { body })).status).toBe(400);
});

test('the master token reaches what was made elsewhere if it names the channel', async () => {
  const { gateway, keptAt } = await start();
  const made = { id: 'file-direct', object: 'file' };
  keptAt('b')?.files.push({ id: made.id, bytes: Buffer.from('x'), made });
  const pinned = { key: masterToken, headers: { 'x-target-id': String(gateway.targetIds.b) } };
  expect((await call(gateway.origin, '/v1/files/file-direct', pinned)).status).toBe(200);
  const { key, ...unpinned } = pinned;
  for (const given of [{ key }, unpinned]) {
    expect((await call(gateway.origin, '/v1/files/file-direct', given)).status).toBe(404);
  }
});

test('a key that is limited to a channel uploads there alone, and can’t pin another', async () => {
  const limited = 'sk-proxy-channel-0123456789';
  const { gateway } = await start({ keys: [{ key: limited, channels: ['b'] }] });
  const { targetIds, origin } = gateway;
  const { id, at } = await upload(gateway, limited);
  expect(at).toBe(targetIds.b);
  const pinned = (channel: unknown) => ({ key: limited, headers: { 'x-target-id': `${channel}` } });
  for (const path of [`/v1/files/${id}`, '/v1/files']) {
    expect((await call(origin, path, pinned(targetIds.b))).status).toBe(200);
  }
  expect(codeOf(await call(origin, '/v1/files', pinned(targetIds.a)))).toEqual([
    ...[403, 'channel_not_allowed'],
  ]);
  expect(codeOf(await call(origin, '/v1/files', pinned('x')))).toEqual([404, 'channel_not_found']);
  expect(codeOf(await call(origin, `/v1/files/${id}`, pinned(targetIds.a)))).toEqual([
    ...[404, 'not_found'],
  ]);
});

test('a gateway that can’t read the database says that it can’t know', async () => {
  const { gateway, seenAt } = await start();
  const ask = (body: object, key = clientKey) =>
    call(gateway.origin, '/v1/responses', { body: { model: 'a/m', input: 'hi', ...body }, key });
  const made = await ask({});
  await gateway.db.kysely.schema.dropTable('gateway_objects').execute();
  expect(codeOf(await call(gateway.origin, '/v1/files/file-1'))).toEqual([
    ...[503, 'objects_unavailable'],
  ]);
  const { id } = await upload(gateway);
  expect((await call(gateway.origin, `/v1/files/${id}`)).status).toBe(200);
  expect(gateway.logLines.join()).toContain('an object was not served');
  // Nor does it pass on a reference that may be another key's.
  const sent = seenAt('a').length;
  const unknown = { previous_response_id: 'resp_unknown' };
  expect(codeOf(await ask(unknown))).toEqual([503, 'objects_unavailable']);
  expect(seenAt('a').length).toBe(sent);
  expect((await ask({ previous_response_id: made.json.id })).status).toBe(200);
  expect((await ask(unknown, masterToken)).status).toBe(200);
});

/** A channel whose answers to messages have this content. */
const answering =
  (content: () => object[]) =>
  ({ method, url }: { method: string; url: string }, response: ServerResponse) => {
    if (method !== 'POST' || url !== '/v1/messages') return false;
    const usage = { input_tokens: 1, output_tokens: 1 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'm' },
        ...{ content: content(), stop_reason: 'tool_use', usage },
      }),
    );
    return true;
  };

test.each([
  ['tool_use', 404],
  ['code_execution_tool_result', 200],
])('a key asks for a file that an answer names in %s: %d', async (type, status) => {
  const id = 'file_1';
  const block =
    type === 'tool_use'
      ? { type, id: 'toolu_1', name: 'f', input: { file_id: id } }
      : { type, content: { type: 'code_execution_result', content: [{ file_id: id }] } };
  const { gateway, keptAt } = await start({ before: { a: answering(() => [block]) } });
  keptAt('a')?.files.push({ id, bytes: Buffer.alloc(0), made: { id } });
  const body = { model: 'a/m', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
  const told = await call(gateway.origin, '/v1/messages', { body, headers: asAnthropic });
  expect(told.status).toBe(200);
  const found = await call(gateway.origin, `/v1/files/${id}`, { headers: asAnthropic });
  expect(found.status).toBe(status);
});

test('an answer can’t take a file whose owner only the database knows', async () => {
  let id = '';
  const output = () => [{ type: 'code_execution_output', file_id: id }];
  const { gateway, settle, again } = await start({
    before: {
      a: answering(() => [{ type: 'code_execution_tool_result', content: { content: output() } }]),
    },
  });
  const sent = await form({}, 'secret');
  const headers = { ...sent.headers, ...asAnthropic };
  const path = '/v1/files?model=a/m';
  const made = await call(gateway.origin, path, { ...sent, headers, method: 'POST' });
  id = made.json.id;
  await settle();
  // It has read no rows, as if there were too many.
  const newest = gateway.db.kysely.updateTable('gateway_objects');
  const hashes = await gateway.db.kysely
    .selectFrom('gateway_objects')
    .select('object_hash')
    .execute();
  await newest.set({ object_hash: 'elsewhere' }).execute();
  const { origin } = await again();
  await newest.set({ object_hash: hashes[0]?.object_hash ?? '' }).execute();
  const body = { model: 'a/m', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
  await call(origin, '/v1/messages', { body, headers: asAnthropic, key: otherKey });
  const read = (key: string) => call(origin, `/v1/files/${id}`, { headers: asAnthropic, key });
  expect([(await read(otherKey)).status, (await read(clientKey)).status]).toEqual([404, 200]);
});
