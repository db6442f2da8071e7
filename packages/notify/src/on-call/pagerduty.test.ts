import { expect, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { exampleNotice, json, recovery, startVendor } from '../../test/loopback.ts';

const { pagerduty: config } = exampleConfigs;
const accepted = json(202, { status: 'success', message: 'Event processed', dedup_key: 'x' });

test('all notices about an incident are one alert, which its recovery resolves', async () => {
  const { tell, received } = await startVendor(accepted);
  const outcome = await tell('pagerduty', config);
  expect(outcome).toMatchObject({ kind: 'sent', status: 202, message: 'Event processed' });
  await tell('pagerduty', config, { ...exampleNotice, kind: 'reminder', severity: 'warning' });
  await tell('pagerduty', { ...config, region: 'eu' }, recovery);
  const events = received.map(({ body }) => JSON.parse(body));
  expect(received.map(({ url }) => url.host)).toEqual([
    'events.pagerduty.com',
    'events.pagerduty.com',
    'events.eu.pagerduty.com',
  ]);
  expect(events[0]).toMatchObject({
    routing_key: config.routing_key,
    event_action: 'trigger',
    dedup_key: 'incident-7',
    links: [{ href: 'https://monitor.example.com/incidents.html?id=7', text: 'Open' }],
    payload: {
      summary: 'relay\u200b.one: quota used up',
      source: 'API Monitor',
      severity: 'critical',
      timestamp: '2025-11-28T12:00:00.000Z',
    },
  });
  expect(events.map((event) => [event.event_action, event.dedup_key])).toEqual([
    ['trigger', 'incident-7'],
    ['trigger', 'incident-7'],
    ['resolve', 'incident-7'],
  ]);
});

test('a test is an alert of its own', async () => {
  const { tell, received } = await startVendor(accepted);
  const trial = {
    ...exampleNotice,
    kind: 'test',
    incidentKey: null,
    idempotencyKey: 't-1',
  } as const;
  await tell('pagerduty', config, trial);
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ dedup_key: 't-1' });
});

test.each([
  [
    json(400, {
      ...{ status: 'invalid event', message: 'Event object is invalid' },
      errors: ["'routing_key' is missing or blank"],
    }),
    {
      ...{ kind: 'refused', reason: 'rejected' },
      message: "Event object is invalid: 'routing_key' is missing or blank",
    },
  ],
  [json(429, { status: 'throttle exceeded' }), { kind: 'retry', reason: 'rate_limited' }],
])('an error is read (%#)', async (respond, outcome) => {
  const { tell } = await startVendor(respond);
  expect(await tell('pagerduty', config)).toMatchObject(outcome);
});
