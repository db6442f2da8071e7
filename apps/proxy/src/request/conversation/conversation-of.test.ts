import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { findModel } from '../find-model.ts';
import { conversationOf } from './conversation-of.ts';
import { outlineOf } from './outline.ts';

function conversation(fields: object, headers: IncomingHttpHeaders = {}) {
  const body = Buffer.from(JSON.stringify({ model: 'm', ...fields }));
  const search = findModel(body);
  if (!search.ok) throw new Error(search.fault);
  return conversationOf(headers, body, search.outline);
}
const idOf = (fields: object) => conversation(fields)?.id;

const user = (content: unknown) => ({ role: 'user', content });
const assistant = { role: 'assistant', content: 'Hello.' };
const asked = { messages: [user('hi')] };

test.each(['x-claude-code-session-id', 'session-id', 'session_id', 'x-session-affinity'])(
  'the header %s counts before all else',
  (name) => {
    const fields = { ...asked, prompt_cache_key: 'k', user: 'u' };
    expect(conversation(fields, { [name]: 's' })).toEqual({ id: 's', isBegun: true });
    expect(conversation(fields, { [name]: '' })?.id).toBe('k');
  },
);

test('the cache’s key counts before the user', () => {
  const all = { ...asked, user: 'u', metadata: { user_id: 'id' }, prompt_cache_key: 'k' };
  expect(conversation(all)).toEqual({ id: 'k', isBegun: true });
  expect(idOf({ ...asked, user: 'u', metadata: { user_id: 'id' } })).toBe('id');
  expect(idOf({ ...asked, user: 'u' })).toBe('u');
  expect(idOf({ user: 'x'.repeat(5_000) })).toHaveLength(256);
});

test.each([
  [{ user: 7 }],
  [{ user: '' }],
  [{ metadata: { user: 'u' } }],
  [{ tools: [{ prompt_cache_key: 'k' }] }],
  [{ input: 7 }],
  [{ messages: null }],
  [{ messages: [] }],
  [{ messages: ['hi'] }],
  [{ messages: [assistant] }],
  [{}],
])('%j belongs to no conversation', (fields) => {
  expect(conversation(fields)).toBeNull();
});

test('further turns belong to the conversation that the first request began', () => {
  const first = conversation(asked);
  expect(first?.isBegun).toBe(false);
  const next = conversation({ messages: [user('hi'), assistant, user('and?')] });
  expect(next).toEqual({ id: first?.id, isBegun: true });
  expect(idOf({ messages: [user('hello')] })).not.toBe(first?.id);
});

test('the system prompt counts, in every format', () => {
  const plain = idOf(asked);
  const system = { role: 'system', content: 'Be short.' };
  const ids = [
    idOf({ messages: [system, user('hi')] }),
    idOf({ messages: [{ ...system, role: 'developer' }, user('hi')] }),
    idOf({ messages: [user('hi')], system: 'Be short.' }),
    idOf({ system: [{ type: 'text', text: 'Be short.' }], messages: [user('hi')] }),
    idOf({ instructions: 'Be short.', input: 'hi' }),
  ];
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).not.toBe(plain);
  expect(conversation({ messages: [system, user('hi')] })?.isBegun).toBe(false);
});

test('text counts, however it is packed, and marks on it don’t', () => {
  const packed = [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }];
  expect(idOf({ messages: [user(packed), assistant] })).toBe(idOf(asked));
  expect(idOf({ input: 'hi' })).toBe(idOf(asked));
  expect(idOf({ input: [user([{ type: 'input_text', text: 'hi' }])] })).toBe(idOf(asked));
});

test('an item before the first user message is an answer', () => {
  const input = [{ type: 'reasoning', encrypted_content: 'x' }, user('hi')];
  expect(conversation({ input })).toEqual({ id: idOf(asked), isBegun: true });
});

test('a path that names the model leaves the contents in the body', () => {
  const content = (role: string, text: string) => ({ role, parts: [{ text }] });
  const of = (...contents: object[]) => {
    const system_instruction = { parts: [{ text: 'Be short.' }] };
    const body = Buffer.from(JSON.stringify({ contents, system_instruction }));
    return conversationOf({}, body, outlineOf(body));
  };
  const first = of(content('user', 'hi'));
  expect(first?.isBegun).toBe(false);
  const next = of(content('user', 'hi'), content('model', 'x'.repeat(200_000)));
  expect(next).toEqual({ id: first?.id, isBegun: true });
  expect(idOf({ messages: [user('hi')], system: 'Be short.' })).toBe(first?.id);
});

test('long texts that begin alike differ by their length', () => {
  const long = 'x'.repeat(5_000);
  expect(idOf({ input: long })).not.toBe(idOf({ input: `${long}y` }));
});

test('a first message that is too long counts as begun, by its start', () => {
  const long = conversation({ messages: [user('x'.repeat(200_000))] });
  expect(long?.isBegun).toBe(true);
  expect(conversation({ messages: [user('x'.repeat(300_000)), assistant] })).toEqual(long);
});

test('a first message without text says nothing', () => {
  const parts = Array.from({ length: 20_000 }, () => ({ type: 'image', n: 1 }));
  expect(conversation({ messages: [user(parts)] })).toBeNull();
});

test('a long conversation is recognised in microseconds', () => {
  const messages = [user('hi'), ...Array.from({ length: 2_000 }, () => user('x'.repeat(500)))];
  const body = Buffer.from(JSON.stringify({ model: 'm', messages }));
  const search = findModel(body);
  if (!search.ok) throw new Error(search.fault);
  const before = process.threadCpuUsage();
  for (let n = 0; n < 1_000; n += 1) conversationOf({}, body, search.outline);
  // This thread's own time: other programs on the machine don't count.
  expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(100);
});
