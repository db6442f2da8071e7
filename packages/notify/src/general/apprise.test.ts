import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { json, recovery, startVendor, text } from '../../test/loopback.ts';
import { adapters } from '../adapters.ts';

const { apprise: config } = exampleConfigs;

test('the container is told by a key, or with the addresses', async () => {
  const { tell, received } = await startVendor(json(200, { error: null, details: [] }));
  expect(await tell('apprise', { ...config, tag: 'ops' })).toMatchObject({ kind: 'sent' });
  const urls = ['json://relay.example.com', 'tgram://1:2/3'];
  await tell('apprise', { server: 'http://apprise:8000', urls }, recovery);
  const [byKey, byUrls] = received;
  expect(byKey?.url.href).toBe('http://apprise.example.com:8000/notify/operators');
  expect(JSON.parse(byKey?.body ?? '')).toEqual({
    title: 'relay\u200b.one: quota used up',
    body: expect.stringMatching(/^14 models are down\.\nSince: 20:00\n/),
    type: 'failure',
    format: 'text',
    tag: 'ops',
  });
  expect(byUrls?.url.href).toBe('http://apprise:8000/notify/');
  expect(JSON.parse(byUrls?.body ?? '')).toMatchObject({ type: 'success', urls });
});

test.each([
  [
    text(204, ''),
    {
      ...{ kind: 'refused', reason: 'not_found', status: 204 },
      message: 'the server has nothing for this key',
    },
  ],
  [
    json(424, { error: 'One or more notification could not be sent' }),
    { kind: 'refused', message: 'One or more notification could not be sent' },
  ],
  [json(500, { error: 'disk full' }), { kind: 'retry', reason: 'server_error' }],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('apprise', config)).toMatchObject(outcome);
});

test('if the only service wasn’t told, another attempt is made', async () => {
  const { tell } = await startVendor(json(424, { error: 'not sent' }));
  const one = { server: 'http://apprise:8000', urls: ['json://x'] };
  expect(await tell('apprise', one)).toMatchObject({ kind: 'retry', reason: 'server_error' });
});

test.each([
  [{}, ['key is required, unless there are addresses']],
  [{ key: 'a', urls: ['json://x'] }, ['urls must be empty if there is a key']],
  [{ urls: ['json://x'], tag: 'ops' }, ['tag must be empty if there is no key']],
])('%j is refused', (part, faults) => {
  const { error } = adapters.apprise.config.safeParse({ server: 'http://apprise:8000', ...part });
  expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual(faults);
});
