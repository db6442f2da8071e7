import { expect, test } from 'vitest';
import { exampleNotice, nowS, startVendor, text } from '../../test/loopback.ts';
import { adapters } from '../adapters.ts';

const url = 'https://hooks.example.com/in/8f14e45fceea167a?x=1';
const secret = 'whsec_Kd83hdkHs8HDk2';

test('the body is versioned JSON, signed over the timestamp and the body', async () => {
  const { tell, received } = await startVendor(text(204, ''));
  const headers = ['Authorization: Bearer abc', 'X-Team:  ops '];
  expect(await tell('webhook', { url, secret, headers })).toMatchObject({ kind: 'sent' });
  const [request] = received;
  expect(request).toMatchObject({
    method: 'POST',
    headers: {
      'user-agent': 'API-Monitor',
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': 'incident-7-opened-1',
      'x-api-monitor-event': 'opened',
      'x-api-monitor-timestamp': String(nowS),
      'x-api-monitor-signature': `v1=${await hmacOf(secret, `${nowS}.${request?.body}`)}`,
      authorization: 'Bearer abc',
      'x-team': 'ops',
    },
  });
  expect(request?.url.href).toBe(url);
  expect(JSON.parse(request?.body ?? '')).toEqual({
    schema_version: 1,
    id: 'incident-7-opened-1',
    incident: 'incident-7',
    kind: 'opened',
    severity: 'critical',
    language: 'en',
    at: nowS,
    link: 'https://monitor.example.com/incidents.html?id=7',
    title: 'relay.one: quota used up',
    lines: [
      { label: null, text: '14 models are down.', is_quoted: false },
      { label: 'Since', text: '20:00', is_quoted: false },
      { label: 'Why', text: 'insufficient_quota: you exceeded your quota', is_quoted: true },
      { label: 'Served by', text: '3 other channels', is_quoted: false },
    ],
    fields: { channel: 'relay.one', models: 14 },
  });
});

test('without a secret there is no signature', async () => {
  const { tell, received } = await startVendor(text(200, 'thanks'));
  const outcome = await tell('webhook', { url, method: 'PUT' });
  expect(outcome).toEqual({ kind: 'sent', status: 200, message: 'thanks' });
  expect(received[0]?.method).toBe('PUT');
  expect(received[0]?.headers).not.toHaveProperty('x-api-monitor-signature');
});

test('values are put into a template’s JSON, and can’t add to it', async () => {
  const { tell, received } = await startVendor(text(200, ''));
  const template = JSON.stringify({
    msg: { text: '{{ title }} ({{severity}}, {{fields.models}} models, {{fields.none}})' },
    at: '{{at}}',
    all: ['{{lines}}', '{{fields.channel}}', '{{link}}', '{{incident}}'],
    whole: '{{lines}} in a text',
    count: 3,
  });
  const title = '"}, "owned": true, "x": {"y": "\\{{id}}';
  await tell('webhook', { url, template }, { ...exampleNotice, title, link: null });
  expect(JSON.parse(received[0]?.body ?? '')).toEqual({
    msg: { text: `${title} (critical, 14 models, )` },
    at: nowS,
    all: [
      [
        '14 models are down.',
        'Since: 20:00',
        'Why: insufficient_quota: you exceeded your quota',
        'Served by: 3 other channels',
      ],
      'relay.one',
      null,
      'incident-7',
    ],
    whole: expect.stringMatching(/^\["14 models are down\.",.*\] in a text$/),
    count: 3,
  });
});

test.each([
  ['{"a": {{title}}}', 'must be JSON, with placeholders such as "{{title}}" in its texts'],
  ['{"a": ["{{titel}}"]}', 'must not name {{titel}}: there is id, incident, kind,'],
  ['{"a": "{{fields.}}"}', 'must not name {{fields.}}'],
  ['{"a": "{{__proto__}}"}', 'must not name {{__proto__}}'],
])('the template %s is refused', (template, fault) => {
  const { error } = adapters.webhook.config.safeParse({ url, template });
  expect(error?.issues).toEqual([
    expect.objectContaining({ path: ['template'], params: { code: 'wrong_template' } }),
  ]);
  expect(error?.issues[0]?.message).toContain(fault);
});

test.each([
  ['Host: evil.example', 'must not be about host, which belongs to each connection'],
  ['Content-Length: 0', 'must not be about content-length, which belongs to each connection'],
  ['X-Api-Monitor-Signature: v1=0', 'must not be about one of our own'],
  ['Idempotency-Key: 1', 'must not be about one of our own'],
  ['no colon', 'must be "Name: value"'],
  ['Name:', 'must be "Name: value"'],
  ['A B: c', 'must be "Name: value"'],
  ['Ä: c', 'must name a header by letters, digits and dashes'],
  ['A: b\r\nX: y', 'must be "Name: value"'],
  ['A: ü', 'must have a value in printable ASCII'],
])('the header %j is refused', (line, fault) => {
  const { error } = adapters.webhook.config.safeParse({ url, headers: ['A: b', line] });
  expect(error?.issues).toEqual([
    expect.objectContaining({ path: ['headers', 1], message: fault }),
  ]);
});

test.each([
  [400, 'refused', 'rejected'],
  [401, 'refused', 'unauthorized'],
  [404, 'refused', 'not_found'],
  [408, 'retry', 'server_error'],
  [410, 'refused', 'not_found'],
  [413, 'refused', 'rejected'],
  [425, 'retry', 'server_error'],
  [429, 'retry', 'rate_limited'],
  [500, 'retry', 'server_error'],
  [503, 'retry', 'server_error'],
])('the status %i is %s (%s)', async (status, kind, reason) => {
  const { tell } = await startVendor(text(status, 'no\r\nluck'));
  const outcome = await tell('webhook', { url });
  expect(outcome).toMatchObject({ kind, reason, status, message: 'no luck' });
});

/** By another implementation than the adapter's. */
async function hmacOf(key: string, message: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const usages: ['sign'] = ['sign'];
  const imported = await crypto.subtle.importKey(
    'raw',
    encoder.encode(key),
    algorithm,
    false,
    usages,
  );
  const signed = await crypto.subtle.sign('HMAC', imported, encoder.encode(message));
  return Buffer.from(signed).toString('hex');
}
