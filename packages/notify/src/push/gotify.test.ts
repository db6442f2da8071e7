import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { json, startVendor, text } from '../../test/loopback.ts';

const { gotify: config } = exampleConfigs;

test('a message is plain text with a priority and a link', async () => {
  const { tell, received } = await startVendor(json(200, { id: 25, appid: 5 }));
  expect(await tell('gotify', config)).toMatchObject({ kind: 'sent' });
  const [request] = received;
  expect(request?.url.href).toBe('https://gotify.example.com/push/message');
  expect(request?.headers['x-gotify-key']).toBe(config.token);
  expect(JSON.parse(request?.body ?? '')).toMatchObject({
    title: '🔴 relay\u200b.one: quota used up',
    message: expect.stringMatching(/^14 models are down\.\nSince: 20:00\n/),
    priority: 8,
    extras: {
      'client::display': { contentType: 'text/plain' },
      'client::notification': {
        click: { url: 'https://monitor.example.com/incidents.html?id=7' },
      },
    },
  });
});

test.each([
  [
    json(401, { error: 'Unauthorized', errorCode: 401, errorDescription: 'provide a valid token' }),
    { kind: 'refused', reason: 'unauthorized', message: 'Unauthorized: provide a valid token' },
  ],
  [json(500, { error: 'Internal Server Error' }), { kind: 'retry', reason: 'server_error' }],
  [text(200, '<html>'), { kind: 'retry', message: 'unexpected answer: <html>' }],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('gotify', config)).toMatchObject(outcome);
});
