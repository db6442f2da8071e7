import { eventText, replyWith, wireFor } from '@api-monitor/fake-provider';
import { expect } from 'vitest';
import { type Answer, oncePassed, relay } from './field/channel-server.ts';
import { masterKey, test } from './field/field-test.ts';
import { nginxBefore, nginxTestTimeoutMs } from './nginx-server.ts';

/** Nothing but where it goes to, so that all else is nginx's default. */
const bare = (port: number) => ({
  server: `location / { proxy_pass http://127.0.0.1:${port}; }`,
});

test('each event of a stream arrives through nginx as it comes, with its defaults', {
  timeout: nginxTestTimeoutMs,
}, async ({ field }) => {
  const [, ...events] = wireFor('chat').events(replyWith({ text: 'I am m, a model.' }), 'm');
  let next: () => void = () => {};
  const oneByOne: Answer = async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) {
      response.write(eventText(event));
      await new Promise<void>((asked) => {
        next = asked;
      });
    }
    response.end();
  };
  await field.open(relay(['m'], { chat: oncePassed(oneByOne) }));
  const port = Number(new URL(field.origin).port);
  const nginx = await nginxBefore(port, bare(port));
  const answer = await fetch(`${nginx.origin}/v1/chat/completions`, {
    method: 'POST',
    // If nginx collected the events, they would never come.
    signal: AbortSignal.timeout(15_000),
    headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ model: 'm', stream: true },
      messages: [{ role: 'user', content: 'Who are you?' }],
    }),
  });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (const event of events) {
    // The next event is sent only after this one has arrived.
    expect((await reader?.read())?.value).toBe(eventText(event));
    next();
  }
  expect((await reader?.read())?.done).toBe(true);
});
