import type { ClientGuide } from './client-guide.ts';
import { pathOf, quoteForShell } from './quote-for.ts';

const question = { role: 'user', content: 'Hello!' };

/** Plain calls, one for each wire format. */
export const httpGuides: readonly ClientGuide[] = [
  {
    id: 'curl',
    name: 'curl',
    group: 'http',
    route: 'chat',
    note: 'gateway.note.curl',
    samples: [
      {
        label: 'GET /v1/models',
        code: ({ address, key }) => curl(`${address}/v1/models`, bearer(key)),
      },
      {
        label: 'POST /v1/chat/completions',
        code: ({ address, key, model }) =>
          curl(`${address}/v1/chat/completions`, bearer(key), {
            model,
            stream: true,
            messages: [question],
          }),
      },
      {
        label: 'POST /v1/responses',
        code: ({ address, key, model }) =>
          curl(`${address}/v1/responses`, bearer(key), { model, stream: true, input: 'Hello!' }),
      },
      {
        label: 'POST /v1/messages',
        code: ({ address, key, model }) =>
          curl(`${address}/v1/messages`, ['x-api-key', key], {
            model,
            max_tokens: 1024,
            messages: [question],
          }),
      },
      {
        label: 'POST /v1beta/models/…:generateContent',
        code: ({ address, key, model }) =>
          curl(
            `${address}/v1beta/models/${pathOf(model)}:generateContent`,
            ['x-goog-api-key', key],
            { contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }] },
          ),
      },
    ],
  },
];

function bearer(key: string): [string, string] {
  return ['Authorization', `Bearer ${key}`];
}

function curl(url: string, [name, value]: readonly [string, string], body?: object): string {
  const lines = [`curl ${quoteForShell(url)}`, `-H ${quoteForShell(`${name}: ${value}`)}`];
  if (body) {
    lines.push(
      `-H 'Content-Type: application/json'`,
      `-d ${quoteForShell(JSON.stringify(body, null, 2))}`,
    );
  }
  return lines.join(' \\\n  ');
}
