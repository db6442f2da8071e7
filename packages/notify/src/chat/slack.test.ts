import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { startVendor, text } from '../../test/loopback.ts';

const { slack: config } = exampleConfigs;

test('the lines are rich text, which Slack shows as it is', async () => {
  const { tell, received } = await startVendor(text(200, 'ok'));
  expect(await tell('slack', config)).toMatchObject({ kind: 'sent', message: 'ok' });
  const [request] = received;
  expect(request?.url.href).toBe(config.webhook_url);
  const bold = { bold: true };
  const elements = [
    { type: 'text', text: '14 models are down.' },
    { type: 'text', text: '\n' },
    { type: 'text', text: 'Since: ', style: bold },
    { type: 'text', text: '20:00' },
    { type: 'text', text: '\n' },
    { type: 'text', text: 'Why: ', style: bold },
    { type: 'text', text: 'insufficient_quota: you exceeded your quota', style: { code: true } },
    { type: 'text', text: '\n' },
    { type: 'text', text: 'Served by: ', style: bold },
    { type: 'text', text: '3 other channels' },
    { type: 'text', text: '\n' },
    { type: 'text', text: '2025-11-28 20:00:00 Asia/Shanghai' },
    { type: 'text', text: '\n' },
    { type: 'link', url: 'https://monitor.example.com/incidents.html?id=7', text: 'Open' },
  ];
  expect(JSON.parse(request?.body ?? '')).toEqual({
    text: '🔴 relay\u200b.one: quota used up',
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    attachments: [
      {
        color: '#dc2626',
        blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }],
      },
    ],
  });
});

test.each([
  [400, 'invalid_payload', { kind: 'refused', reason: 'rejected', message: 'invalid_payload' }],
  [403, 'invalid_token', { kind: 'refused', reason: 'unauthorized' }],
  [404, 'no_service', { kind: 'refused', reason: 'not_found', message: 'no_service' }],
  [410, 'channel_is_archived', { kind: 'refused', reason: 'not_found' }],
  [429, 'rate_limited', { kind: 'retry', reason: 'rate_limited', retryAfterS: null }],
  [500, 'rollup_error', { kind: 'retry', reason: 'server_error' }],
] as const)('%i %s is read', async (status, body, outcome) => {
  const { tell } = await startVendor(text(status, body));
  expect(await tell('slack', config)).toMatchObject(outcome);
});
