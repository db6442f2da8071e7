import { expect, test } from 'vitest';
import { openTestApi, sessionCookie } from './open-test-api.ts';

const path = '/api/admin/channels/import';

async function opened() {
  const api = await openTestApi();
  const preview = async (text: string) =>
    (await api.asSession('POST', `${path}?dry_run=1`, text)).json.items;
  const send = async (text: string, choices?: unknown, query = '') => {
    const body = new FormData();
    body.set('file', new Blob([text]));
    if (choices !== undefined) body.set('choices', JSON.stringify(choices));
    const headers = { cookie: sessionCookie };
    const answer = await api.api.app.request(path + query, { method: 'POST', headers, body });
    return { status: answer.status, json: JSON.parse(await answer.text()) };
  };
  const list = async () => (await api.asAdmin('GET', '/api/targets?history=0')).json.items;
  return { ...api, preview, send, list };
}

const three = `Aurora https://a.example sk-aurora-1
https://b.example
Aurora copy, https://a.example, sk-aurora-1`;

test('pasted lines are previewed, and an entry with the same address and key is marked', async () => {
  const { preview } = await opened();
  const items = await preview(three);
  expect(
    items.map(({ name, outcome }: { name: string; outcome: string }) => [name, outcome]),
  ).toEqual([
    ['Aurora', 'created'],
    ['b.example', 'created'],
    ['Aurora copy', 'created'],
  ]);
  const notes = items.map((item: { notes: { code: string }[] }) =>
    item.notes.map(({ code }) => code),
  );
  expect(notes).toEqual([[], ['keyless', 'paused'], ['repeats']]);
});

test('entries may be left out, and keys filled in', async () => {
  const { send, list } = await opened();
  const { status, json } = await send(three, { skip: [2], keys: { 1: 'sk-birch-0123456789' } });
  expect([status, json.counts]).toEqual([
    200,
    { created: 2, changed: 0, unchanged: 0, refused: 0 },
  ]);
  expect(await list()).toMatchObject([
    { name: 'Aurora', enabled: true },
    { name: 'b.example', enabled: true, base_url: 'https://b.example', api_key: 'sk-bi…6789' },
  ]);
});

test('a channel with the same address and key keeps its name if none is pasted', async () => {
  const { send, preview, list } = await opened();
  await send('Aurora https://a.example sk-aurora-1');
  expect(await preview('https://a.example sk-aurora-1')).toMatchObject([
    {
      name: 'Aurora',
      outcome: 'unchanged',
      notes: [{ code: 'same_as', params: { name: 'Aurora' } }],
    },
  ]);
  await send('https://a.example sk-aurora-2');
  expect((await list()).map(({ name }: { name: string }) => name)).toEqual(['Aurora', 'a.example']);
});

test.each([
  ['a key with blanks', { keys: { 0: 'a b' } }],
  ['a place that is none', { keys: { x: 'sk-1' } }],
  ['another field', { only: [1] }],
  ['no object', 'x'],
])('choices with %s are refused', async (_name, choices) => {
  const { send, list } = await opened();
  expect((await send(three, choices)).status).toBe(400);
  expect(await list()).toEqual([]);
});

test('a form without a file is refused, and a file without choices taken', async () => {
  const { api, send } = await opened();
  const headers = { cookie: sessionCookie };
  const empty = await api.app.request(path, { method: 'POST', headers, body: new FormData() });
  expect(empty.status).toBe(400);
  expect((await send(three, undefined, '?dry_run=1')).json.counts.created).toBe(3);
});
