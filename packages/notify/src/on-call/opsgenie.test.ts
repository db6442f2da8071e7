import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { exampleNotice, json, recovery, startVendor } from '../../test/loopback.ts';

const { opsgenie: config } = exampleConfigs;
const accepted = json(202, { result: 'Request will be processed', took: 0.1, requestId: '1' });

test('all notices about an incident are one alert, which its recovery closes', async () => {
  const { tell, received } = await startVendor(accepted);
  const outcome = await tell('opsgenie', config);
  expect(outcome).toMatchObject({ kind: 'sent', message: 'Request will be processed' });
  await tell('opsgenie', { ...config, region: 'eu' }, recovery);
  const [opened, closed] = received;
  expect(opened?.url.href).toBe('https://api.opsgenie.com/v2/alerts');
  expect(opened?.headers.authorization).toBe(`GenieKey ${config.api_key}`);
  expect(JSON.parse(opened?.body ?? '')).toMatchObject({
    message: 'relay\u200b.one: quota used up',
    alias: 'incident-7',
    description: expect.stringMatching(/^14 models are down\.\nSince: 20:00\n/),
    priority: 'P1',
  });
  expect(closed?.url.href).toBe(
    'https://api.eu.opsgenie.com/v2/alerts/incident-7/close?identifierType=alias',
  );
  expect(JSON.parse(closed?.body ?? '')).toMatchObject({ source: 'API Monitor' });
});

test('Jira Service Management has the same alerts', async () => {
  const { tell, received } = await startVendor(accepted);
  const incidentKey = 'channel:9 / quota';
  await tell('opsgenie', { ...config, region: 'jsm' }, { ...exampleNotice, incidentKey });
  await tell('opsgenie', { ...config, region: 'jsm' }, { ...recovery, incidentKey });
  const [opened, closed] = received;
  expect(opened?.url.href).toBe('https://api.atlassian.com/jsm/ops/integration/v2/alerts');
  const { alias } = JSON.parse(opened?.body ?? '');
  expect(closed?.url.pathname).toBe(`/jsm/ops/integration/v2/alerts/${alias}/close`);
});

test.each([
  [
    json(401, { message: 'Could not authenticate', took: 0, requestId: '1' }),
    { kind: 'refused', reason: 'unauthorized', message: 'Could not authenticate' },
  ],
  [json(422, { message: 'Request body is not valid' }), { kind: 'refused', reason: 'rejected' }],
  [json(429, { message: 'You are making too many requests!' }), { kind: 'retry' }],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('opsgenie', config)).toMatchObject(outcome);
});
