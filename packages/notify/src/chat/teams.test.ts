import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { json, recovery, startVendor, text } from '../../test/loopback.ts';

const { teams: config } = exampleConfigs;

test('a message is an adaptive card whose texts know no Markdown', async () => {
  const { tell, received } = await startVendor(text(202, ''));
  expect(await tell('teams', config, recovery)).toMatchObject({ kind: 'sent', status: 202 });
  const [request] = received;
  // The signature of the address is part of it, as it was given.
  expect(request?.url.href).toBe(String(config.webhook_url).replace(':443', ''));
  const run = (...inlines: object[]) => ({
    type: 'RichTextBlock',
    inlines: inlines.map((one) => ({ type: 'TextRun', ...one })),
  });
  const bold = { weight: 'Bolder' };
  expect(JSON.parse(request?.body ?? '')).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            run({ text: 'relay\u200b.one is back after 12 minutes', color: 'Good' }),
            run({ text: '14 models are down.' }),
            run({ text: 'Since: ', ...bold }, { text: '20:00' }),
            run({ text: 'Why: ', ...bold }, { fontType: 'Monospace' }),
            run({ text: 'Served by: ', ...bold }, { text: '3 other channels' }),
            run({ text: '2025-11-28 20:00:00 Asia/Shanghai' }),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open' }],
        },
      },
    ],
  });
});

test.each([
  [
    json(401, { error: { code: 'DirectApiAuthorizationRequired', message: 'No signature.' } }),
    { kind: 'refused', reason: 'unauthorized', message: 'No signature.' },
  ],
  [
    json(404, { error: { code: 'WorkflowNotFound', message: "The workflow '…' isn't there." } }),
    { kind: 'refused', reason: 'not_found' },
  ],
  [json(429, {}, { 'retry-after': '17' }), { kind: 'retry', retryAfterS: 17 }],
  [text(502, 'NoResponse'), { kind: 'retry', reason: 'server_error', message: 'NoResponse' }],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('teams', config)).toMatchObject(outcome);
});
