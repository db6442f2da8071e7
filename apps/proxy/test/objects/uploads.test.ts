import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { call } from '../call.ts';
import { form } from './form.ts';
import { clientKey, masterToken, otherKey, start } from './start.ts';

const limitedKey = 'sk-proxy-limited-0123456789';
const perMinuteKey = 'sk-proxy-minute-0123456789';
const budgetedKey = 'sk-proxy-budget-0123456789';

type Fields = Record<string, string>;
type Origin = { origin: string };

async function post({ origin }: Origin, fields: Fields, text: string, more: object = {}) {
  const sent = await form({ purpose: 'user_data', ...fields }, text);
  return call(origin, '/v1/files', { ...sent, method: 'POST', ...more });
}

const line = (model: string, body: object = {}) =>
  JSON.stringify({ custom_id: '1', method: 'POST', url: '/v1/x', body: { model, ...body } });

function keys() {
  return [
    { key: limitedKey, allowed_models: ['a/m'] },
    { key: perMinuteKey, rpm_limit: 100 },
    { key: budgetedKey, requests_per_day: 100 },
  ];
}

test.each([404, 405, 501, 503])(
  'an upload that a channel answers with %d goes on',
  async (status) => {
    const { gateway } = await start({
      before: { a: (_, response) => Boolean(response.writeHead(status).end('{"error":"no"}')) },
    });
    const answer = await post(gateway, {}, 'x');
    expect([answer.status, answer.headers['x-proxy-target-id']]).toEqual([
      ...[200, String(gateway.targetIds.b)],
    ]);
    // The next one goes there at once.
    expect((await post(gateway, {}, 'x')).headers['x-proxy-attempts']).toBe('1');
  },
);

test('so does one that a channel answers with a page', async () => {
  const { gateway } = await start({
    before: { a: (_, response) => Boolean(response.writeHead(200).end('<!doctype html><p>Hi')) },
  });
  expect((await post(gateway, {}, 'x')).json).toMatchObject({ object: 'file' });
});

test('the last channel’s refusal is passed on, and so is a mistake of the client’s', async () => {
  const refuse = { error: { message: 'purpose is wrong', type: 'invalid_request_error' } };
  const { gateway, seenAt } = await start({
    before: { a: (_, response) => Boolean(response.writeHead(400).end(JSON.stringify(refuse))) },
  });
  const answer = await post(gateway, {}, 'x');
  expect([answer.status, answer.json, seenAt('b').length]).toEqual([400, refuse, 0]);
});

test('a form’s model chooses the channel, and isn’t sent', async () => {
  const { gateway, seenAt } = await start();
  const answer = await post(gateway, { model: 'b/m' }, 'what it says');
  expect(answer.headers['x-proxy-target-id']).toBe(String(gateway.targetIds.b));
  const [{ body, headers } = { body: Buffer.alloc(0), headers: {} }] = seenAt('b');
  const type = headers['content-type'] ?? '';
  const got = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData();
  expect([...got.keys()]).toEqual(['purpose', 'file']);
});

test('a file is passed on byte by byte, whatever it looks like', async () => {
  const { gateway } = await start();
  for (const text of [
    'data: {"error": "x"}\n\n',
    '{"error":{"message":"no"}}',
    '<html>',
    '',
    '[1',
  ]) {
    const { json } = await post(gateway, {}, text);
    const got = await call(gateway.origin, `/v1/files/${json.id}/content`);
    expect([got.status, got.text, got.headers['content-length']]).toEqual([
      ...[200, text, String(text.length)],
    ]);
  }
});

test('a large file streams', async () => {
  const { gateway } = await start();
  const { json } = await post(gateway, {}, 'é'.repeat(1_500_000));
  const got = await call(gateway.origin, `/v1/files/${json.id}/content`);
  expect(got.bytes.length).toBe(3_000_000);
});

test('a key sees its own files alone, over the pages of others', async () => {
  const { gateway } = await start();
  const own: string[] = [];
  for (let n = 0; n < 24; n += 1) {
    const isOwn = n % 8 === 0;
    const { json } = await post(gateway, {}, `${n}`, { key: isOwn ? clientKey : otherKey });
    if (isOwn) own.unshift(json.id);
  }
  const seen: string[] = [];
  let after = '';
  for (;;) {
    const { json } = await call(gateway.origin, `/v1/files?limit=3${after}`);
    seen.push(...json.data.map(({ id }: { id: string }) => id));
    expect(json.last_id).toBe(json.data.at(-1)?.id ?? null);
    if (!json.has_more) break;
    after = `&after=${json.last_id}`;
  }
  expect(seen).toEqual(own);
  const all = await call(gateway.origin, '/v1/files?limit=100', { key: masterToken });
  expect(all.json.data).toHaveLength(24);
});

test('a token for the next page leads back to its channel', async () => {
  const { gateway, keptAt } = await start({ names: ['a', 'b'] });
  for (const name of ['a', 'b']) {
    for (let n = 0; n < 3; n += 1) {
      const made = { name: `files/${name}${n}` };
      keptAt(name)?.files.push({ id: made.name, bytes: Buffer.alloc(0), made });
    }
  }
  const pinned = { key: masterToken, headers: { 'x-target-id': String(gateway.targetIds.b) } };
  const first = await call(gateway.origin, '/v1beta/files?pageSize=2', pinned);
  const { nextPageToken } = first.json;
  const path = `/v1beta/files?pageSize=2&pageToken=${nextPageToken}`;
  const second = await call(gateway.origin, path, { key: masterToken });
  expect(second.json.files).toEqual([{ name: 'files/b2' }]);
});

test('a list that can’t be read isn’t shown, and a huge one ends in an error', async () => {
  const { gateway } = await start({
    before: {
      a: ({ method, url }, response) => {
        if (method !== 'GET' || !url.startsWith('/v1/files')) return false;
        if (url.includes('huge')) {
          const write = (): void => {
            while (!response.destroyed && response.write('x'.repeat(1024 ** 2)));
            response.once('drain', write);
          };
          write();
        } else response.writeHead(200).end('{"files of others": []}');
        return true;
      },
    },
  });
  await post(gateway, {}, 'x');
  expect((await call(gateway.origin, '/v1/files')).json.error.code).toBe('unreadable_list');
  const huge = await call(gateway.origin, '/v1/files?x=huge');
  expect([huge.status, huge.json.error.code]).toEqual([502, 'upstream_interrupted']);
});

/** A channel whose list of files has a file of each page, and never ends. */
const endless =
  (dataOf: (page: number) => string) =>
  ({ method, url }: { method: string; url: string }, response: ServerResponse) => {
    if (method !== 'GET' || !url.startsWith('/v1/files')) return false;
    const page = Number(/after=file-p(\d+)/.exec(url)?.[1] ?? 0) + 1;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(`{"object":"list","has_more":true,"data":[${dataOf(page)}{"id":"file-p${page}"}]}`);
    return true;
  };

test.each([
  ['millions of empty objects', (): string => '{},'.repeat(1_300_000), 'unreadable_list', 1],
  [
    'thousands of brackets in another',
    (): string => `${'['.repeat(5_000)}${']'.repeat(5_000)},`,
    'unreadable_list',
    1,
  ],
  ['many long pages', (): string => `"${'x'.repeat(1_500_000)}",`, 'upstream_interrupted', 3],
  ['pages of others without end', (): string => '', 'list_too_long', 20],
])('a list of %s ends in an error', async (_, dataOf, code, pages) => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  onTestFinished(() => void process.off('warning', warn));
  const { gateway, seenAt } = await start({ before: { a: endless(dataOf) } });
  await post(gateway, {}, 'x');
  const before = process.threadCpuUsage();
  const answer = await call(gateway.origin, '/v1/files');
  expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(1_000);
  expect([answer.json.error.code, seenAt('a').length - 1]).toEqual([code, pages]);
  expect(warnings.map(({ name }) => name)).not.toContain('MaxListenersExceededWarning');
});

test('a list that comes too slowly ends in an error', async () => {
  const { gateway } = await start({
    settings: { patience_s: 1.5 },
    before: {
      a: ({ method, url }, response) => {
        if (method !== 'GET' || !url.startsWith('/v1/files')) return false;
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
        return true;
      },
    },
  });
  await post(gateway, {}, 'x');
  const answer = await call(gateway.origin, '/v1/files');
  expect([answer.status, answer.json.error.code]).toEqual([504, 'upstream_timeout']);
});

test('a key that is limited to models can’t name others in a batch file', async () => {
  const { gateway, seenAt } = await start({ keys: keys() });
  const as = { key: limitedKey };
  const purpose = { purpose: 'batch' };
  const upload = (text: string, fields: Fields = purpose) => post(gateway, fields, text, as);
  const good = await upload(`${line('m')}\n\n${line('a/m')}\n`);
  expect([good.status, good.headers['x-proxy-target-id']]).toEqual([
    ...[200, String(gateway.targetIds.a)],
  ]);
  expect(seenAt('a').at(-1)?.body.toString()).not.toContain('a/m');
  for (const [text, status, words] of [
    [`${line('m')}\n${line('b/m')}`, 403, 'may not use'],
    [`${line('m')}\n${line('secret')}`, 404, 'secret'],
    [`${line('m')}\r${line('secret')}`, 400, 'line 1'],
    ['{"custom_id":"1","body":{"Model":"secret"}}', 400, '"model" must be in small letters'],
    ['{"custom_id":"1","Body":{"model":"secret"}}', 400, '"body" must be in small letters'],
    ['{"custom_id":"1","body":{"messages":[]}}', 400, 'must have a "model"'],
    ['{"body":{"model":"m"},"body":{"model":"secret"}}', 404, 'secret'],
    ['{"body":{"model":"m","model":"secret"}}', 404, 'secret'],
    ['{"body":{"model":"\\u0073ecret"}}', 404, 'secret'],
    ['not json', 400, 'line 1'],
    ['', 400, 'no requests'],
  ] as const) {
    const answer = await upload(text);
    expect([answer.status, answer.json.error.message], text).toEqual([
      ...[status, expect.stringContaining(words)],
    ]);
  }
  // A file that wasn't read can't become a batch of this key.
  const unread = await upload(line('secret'), { purpose: 'user_data' });
  const batchOf = (id: string, key = limitedKey) =>
    call(gateway.origin, '/v1/batches', { body: { input_file_id: id, endpoint: '/v1/x' }, key });
  const refused = await batchOf(unread.json.id);
  expect([refused.status, refused.json.error.code]).toEqual([403, 'batch_not_allowed']);
  expect((await batchOf(good.json.id)).status).toBe(200);
  // Nor one behind a second file or a repeated field.
  const twice = await form({ ...purpose }, line('m'), [['file', line('secret')]]);
  const answer = await call(gateway.origin, '/v1/files', { ...twice, method: 'POST', ...as });
  expect([answer.status, answer.json.error.message]).toEqual([
    ...[400, expect.stringContaining('one file')],
  ]);
});

test('a key that is limited to models sends no field from which a relay may read others', async () => {
  const { gateway, seenAt } = await start({ keys: keys() });
  const key = limitedKey;
  const fields = { purpose: 'batch' };
  const { id } = (await post(gateway, fields, line('m'), { key })).json;
  const sent = seenAt('a').length;
  for (const name of ['target_model_names', 'Model', 'purpose ']) {
    const refused = await post(gateway, { ...fields, [name]: 'secret' }, line('m'), { key });
    expect([refused.status, refused.json.error.param]).toEqual([400, name]);
  }
  const twice = await form({ ...fields, model: 'm' }, line('m'), [['model', 'secret']]);
  const repeated = await call(gateway.origin, '/v1/files', { ...twice, method: 'POST', key });
  expect([repeated.status, repeated.json.error.param]).toEqual([400, 'model']);
  const inner = await post(gateway, fields, line('m', { models: ['secret'] }), { key });
  expect([inner.status, inner.json.error.message]).toEqual([
    400,
    expect.stringContaining('models'),
  ]);
  for (const name of ['model', 'Endpoint', 'mode\\u006c']) {
    const body = `{"input_file_id":"${id}","endpoint":"/v1/x","${name}":"secret"}`;
    const refused = await call(gateway.origin, '/v1/batches', { body, key });
    expect([refused.status, refused.json.error.param]).toEqual([400, name]);
  }
  expect(seenAt('a').length).toBe(sent);
  // A key without limits sends what it likes.
  expect((await post(gateway, { target_model_names: 'x' }, 'x')).status).toBe(200);
});

test('a key that is limited to models names no others to fall back on', async () => {
  const { gateway, seenAt } = await start({ keys: keys() });
  const ask = async (more: string, key = limitedKey) => {
    const body = `{"model":"m","input":"hi",${more}}`;
    const { status, json } = await call(gateway.origin, '/v1/responses', { body, key });
    return [status, json.error?.param];
  };
  for (const others of [
    '"models":["m","secret"]',
    '"Models":["secret"]',
    '"model\\u0073":["secret"]',
    '"models":[],"models":["secret"]',
    '"models":["\\u0073ecret"]',
    '"models":"secret"',
    '"models":[["secret"]]',
    '"fallbacks":[{"model":"secret"}]',
  ]) {
    expect(await ask(others), others).toEqual([400, 'models']);
  }
  expect(seenAt('a').length + seenAt('b').length).toBe(0);
  expect(await ask('"models":["m", "m"]')).toEqual([200, undefined]);
  expect(await ask('"models":null')).toEqual([200, undefined]);
  expect(await ask('"models":["secret"]', clientKey)).toEqual([200, undefined]);
});

test('a key without limits may name models that nobody lists', async () => {
  const { gateway } = await start();
  const file = await post(gateway, { purpose: 'batch' }, line('unlisted'));
  const body = { input_file_id: file.json.id, endpoint: '/v1/x' };
  expect((await call(gateway.origin, '/v1/batches', { body })).status).toBe(200);
});

test('a batch file can’t name what belongs to another key, whatever the key’s limits', async () => {
  const { gateway, seenAt } = await start({ keys: keys() });
  const theirs = await post(gateway, { model: 'a/m' }, 'secret');
  const body = { model: 'a/m', input: 'hi' };
  const answer = await call(gateway.origin, '/v1/responses', { body });
  const sent = seenAt('a').length;
  const response = answer.json.id;
  for (const key of [otherKey, limitedKey]) {
    for (const [text, status] of [
      [line('m', { input: [{ content: [{ file_id: theirs.json.id }] }] }), 404],
      [`${line('m')}\n${line('m', { previous_response_id: response })}`, 404],
      [line('unlisted', { previous_response_id: response }), 404],
      [line('m', { Previous_Response_Id: response }), 400],
      [`{"body":{"model":"m","previous_response_id":"${response}"`, 400],
      ['["m"]', 400],
    ] as const) {
      const refused = await post(gateway, { purpose: 'batch' }, text, { key });
      expect(refused.status, text).toBe(status);
    }
  }
  expect(seenAt('a').length).toBe(sent);
  // Its own lead to their channel.
  const text = line('m', { previous_response_id: response });
  const own = await post(gateway, { purpose: 'batch' }, text);
  expect(own.headers['x-proxy-target-id']).toBe(String(gateway.targetIds.a));
  // Nor can a file that wasn't read become a batch.
  const unread = await post(gateway, {}, text, { key: otherKey });
  const batch = { input_file_id: unread.json.id, endpoint: '/v1/responses' };
  const made = await call(gateway.origin, '/v1/batches', { body: batch, key: otherKey });
  expect([made.status, made.json.error.code]).toEqual([403, 'batch_not_allowed']);
});

test.each([
  ['{"input_file_id":"a","Input_file_id":"b"}', 'more than one'],
  ['{"input_file_id":7}', 'a string'],
  ['{}', 'a string'],
  ['[]', 'a JSON object'],
])('a batch of %s is refused', async (body, words) => {
  const { gateway } = await start();
  const { status, json } = await call(gateway.origin, '/v1/batches', { body });
  expect([status, json.error.param]).toEqual([400, 'input_file_id']);
  expect(json.error.message).toContain(words);
});

test.each([
  ['a limit per minute', perMinuteKey, 'per minute'],
  ['a budget', budgetedKey, 'has budgets'],
])('a key with %s makes no batches', async (_, key, words) => {
  const { gateway } = await start({ keys: keys() });
  const file = await post(gateway, { purpose: 'batch' }, line('m'), { key });
  const body = { input_file_id: file.json.id, endpoint: '/v1/x' };
  const requests = [{ custom_id: 'a', params: { model: 'm', max_tokens: 1, messages: [] } }];
  for (const [path, sent] of [
    ['/v1/batches', body],
    ['/v1/messages/batches', { requests }],
  ] as const) {
    const answer = await call(gateway.origin, path, { body: sent, key });
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining(words)]);
  }
});

test('every model of a message batch must be allowed, and one channel must serve all', async () => {
  const { gateway, seenAt } = await start({ keys: keys() });
  const ask = async (models: string[], key = limitedKey, text?: string) => {
    const requests = models.map((model, at) => ({ custom_id: `${at}`, params: { model } }));
    const given = { body: text ?? { requests }, key };
    const { status, json } = await call(gateway.origin, '/v1/messages/batches', given);
    return [status, json.error?.message ?? json.id];
  };
  expect((await ask(['m', 'a/m']))[0]).toBe(200);
  expect((await ask(['m', 'b/m']))[0]).toBe(403);
  expect((await ask(['m', 'secret']))[0]).toBe(404);
  expect(await ask(['a/m', 'b/m'], clientKey)).toEqual([
    ...[400, expect.stringContaining('no channel serves all models')],
  ]);
  const sent = seenAt('a').length + seenAt('b').length;
  for (const text of [
    '{"requests":[{"params":{"model":"m"}},{"params":{"Model":"secret"}}]}',
    '{"requests":[{"params":{"model":"m"}},{"Params":{"model":"secret"}}]}',
    '{"requests":[{"params":{"model":"m"}}],"Requests":[{"params":{"model":"secret"}}]}',
    '{"requests":[{"params":{"model":"m"}},{"params":{}}]}',
    '{"requests":[]}',
    '{"requests":[{"params":{"model":["m"]}}]}',
    'x',
  ]) {
    expect((await ask([], limitedKey, text))[0], text).toBe(400);
  }
  const twice =
    '{"requests":[{"params":{"model":"m"}}],"requests":[{"params":{"model":"secret"}}]}';
  expect((await ask([], limitedKey, twice))[0]).toBe(404);
  expect(seenAt('a').length + seenAt('b').length).toBe(sent);
});

test('its record says what was done', async () => {
  const { gateway } = await start();
  await post(gateway, {}, 'x');
  const [record] = await gateway.recordsAtEnd();
  expect(record).toMatchObject({
    ...{ route: 'files', requested_model: '' },
    attempts: [{ object_action: 'upload' }],
  });
});
