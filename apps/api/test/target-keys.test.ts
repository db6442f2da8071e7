import type { Finding, TargetKey } from '@api-monitor/core';
import { getTarget, openTarget, recordKeyProbe } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe, recordRun } from './record-run.ts';

const key = (name: string, enabled = true): TargetKey => ({
  ...{ name, api_key: `sk-${name}-0123456789-${name}end`, enabled },
});
const keys = [key('aa'), key('bb'), key('cc', false)];
const shown = keys.map((one) => ({
  ...one,
  api_key: `${one.api_key.slice(0, 5)}…${one.api_key.slice(-4)}`,
}));
const { api_key: _, ...keyless } = newTarget;

async function opened() {
  const api = await openTestApi();
  const { json, text, status } = await api.asAdmin('POST', '/api/targets', { ...keyless, keys });
  expect(status, text).toBe(200);
  const patch = (body: object) => api.asAdmin('PATCH', `/api/targets/${json.item.id}`, body);
  const stored = async () => {
    const target = await getTarget(api.db, json.item.id);
    return (target && openTarget(api.db, target).keys) ?? [];
  };
  return { ...api, item: json.item, text, patch, stored };
}

test('a channel may have several keys, which come back masked, with their states', async () => {
  const { item, text } = await opened();
  expect(item).toMatchObject({ api_key: shown[0]?.api_key, keys: shown });
  expect(
    item.key_states.map((one: { name: string; state: string }) => [one.name, one.state]),
  ).toEqual([
    ['aa', 'unproven'],
    ['bb', 'unproven'],
    ['cc', 'off'],
  ]);
  expect(item.key_counts).toEqual({ total: 3, enabled: 2, usable: 2 });
  expect(text).not.toContain('0123456789');
});

test('visitors see how many keys there are, and no more', async () => {
  const { asVisitor } = await opened();
  const { json } = await asVisitor('GET', '/api/targets');
  expect(json.items[0]).toMatchObject({
    ...{ keys: [], key_states: [], key_counts: { total: 3, enabled: 2, usable: 2 } },
  });
});

test('what was read can be sent back, renamed, reordered, without some and with others', async () => {
  const { patch, stored, item, db } = await opened();
  const before = await getTarget(db, item.id);
  expect((await patch(item)).status).toBe(200);
  expect(await getTarget(db, item.id)).toMatchObject({ keys: before?.keys });
  const [a, b, c] = shown;
  await patch({ keys: [c, { ...a, name: 'first' }, b].map((it) => ({ ...it, enabled: true })) });
  expect(await stored()).toEqual([
    { ...keys[2], enabled: true },
    { ...keys[0], name: 'first' },
    keys[1],
  ]);
  await patch({ keys: [b, 'new: sk-new-0123456789'] });
  expect(await stored()).toEqual([
    keys[1],
    { name: 'new', api_key: 'sk-new-0123456789', enabled: true },
  ]);
  expect((await patch({ keys: [] })).json.item).toMatchObject({
    ...{ api_key: b?.api_key, keys: [], key_counts: null },
  });
});

test.each([
  [[{ name: 'aa', api_key: 'sk-xx…xend', enabled: true }], 'keys.0.api_key', 'masked_form'],
  [[shown[0], shown[0]], 'keys.1.name', 'repeated'],
  [[shown[0], { ...shown[0], name: 'other' }], 'keys.1.api_key', 'masked_form'],
  [[shown[0], { ...keys[0], name: 'other' }], 'keys.1.api_key', 'repeated'],
  [[{ ...shown[0], enabled: false }], 'keys', 'required'],
  [['a b'], 'keys.0.api_key', 'wrong_format'],
])('a wrong list is refused at its place: %j', async (given, field, code) => {
  const { patch, stored } = await opened();
  const { status, json } = await patch({ keys: given });
  expect([status, json.fields]).toMatchObject([400, { [field]: { code } }]);
  expect(await stored()).toEqual(keys);
});

test('the only key of a channel may stay as the first of a list', async () => {
  const { asAdmin } = await openTestApi();
  const { json } = await asAdmin('POST', '/api/targets', newTarget);
  const { id, api_key } = json.item;
  const list = [api_key, 'b: sk-other-0123456789'];
  expect((await asAdmin('PATCH', `/api/targets/${id}`, { keys: list })).status).toBe(200);
  const { json: secret } = await asAdmin('GET', `/api/targets/${id}/secret`);
  expect(secret.item.keys).toEqual([
    { name: 'key 1', api_key: newTarget.api_key, enabled: true },
    { name: 'b', api_key: 'sk-other-0123456789', enabled: true },
  ]);
});

test('stored keys never go to another origin', async () => {
  const { patch, stored } = await opened();
  const base_url = 'https://evil.example';
  const alone = await patch({ base_url, api_key: 'sk-mine' });
  expect(alone.json.fields).toEqual({ keys: { code: 'reenter_key' } });
  const asShown = await patch({ base_url, keys: shown });
  expect(asShown.json.fields).toEqual({ 'keys.0.api_key': { code: 'reenter_key' } });
  expect((await patch({ base_url, keys: ['sk-mine'] })).status).toBe(200);
  expect(await stored()).toMatchObject([{ api_key: 'sk-mine' }]);
});

test('only other keys start a run, and not other names or another order', async () => {
  const { patch, bus } = await opened();
  const runs: number[] = [];
  bus.manualRuns.consume(async ({ target_id }) => void runs.push(target_id), { concurrency: 1 });
  await patch({ keys: shown.toReversed() });
  await patch({ keys: shown.map((one) => ({ ...one, name: `${one.name}!` })) });
  await patch({ name: 'marker' });
  expect(runs).toEqual([]);
  await patch({ keys: ['sk-other-0123456789', ...shown] });
  await expect.poll(() => runs).toEqual([1]);
});

test('a new api_key replaces the first key', async () => {
  const { patch, stored } = await opened();
  const { json } = await patch({ api_key: 'sk-new-0123456789' });
  expect(json.item.api_key).toBe('sk-ne…6789');
  expect(await stored()).toEqual([{ ...keys[0], api_key: 'sk-new-0123456789' }, keys[1], keys[2]]);
});

test('an explanation of a route says how many keys work', async () => {
  const { asAdmin, item, db, clock } = await opened();
  await recordRun(db, item.id, clock.now, [probe({ model: 'm' })], { listed_models: ['m'] });
  const { json } = await asAdmin('GET', '/api/routes?model=m');
  expect(json.candidates).toMatchObject([{ keys: { total: 3, enabled: 2, usable: 2 } }]);
});

test('the secret call shows all keys', async () => {
  const { asAdmin, item } = await opened();
  const { json } = await asAdmin('GET', `/api/targets/${item.id}/secret`);
  expect(json.item).toEqual({ id: item.id, api_key: keys[0]?.api_key, keys });
});

test('what is wrong with a key is shown to an admin, from the database and from gateways', async () => {
  const { asAdmin, asVisitor, item, db, bus, clock } = await opened();
  const target = await getTarget(db, item.id);
  const [a, b] = target?.key_states ?? [];
  const finding: Finding = {
    ...{ route: 'chat', outcome: 'failure', kind: 'quota', scope: 'channel', by: 'recheck' },
    ...{ message: 'no credit', status: 402, began_at: clock.now, at: clock.now },
    ...{ first_token_s: null, is_wrong_answer: null, retry_after_s: null, key: a?.key },
  };
  const failed = probe({ model: 'm', success: false });
  await recordKeyProbe(db, { target_id: item.id, probe: failed, findings: [finding], nowS: 1 });
  const resting = {
    ...({ kind: 'rate_limit', error: 'HTTP 429', failures: 1 } as const),
    ...{ since: clock.now, found_at: clock.now, rest_until: clock.now + 30 },
  };
  const state = { key: b?.key ?? '', proved_at: null, fault: resting };
  await bus.events.publish({ type: 'target_key_changed', data: { target_id: item.id, state } });
  const { json } = await asAdmin('GET', `/api/targets/${item.id}`);
  expect(json.item.key_states).toMatchObject([
    { state: 'failed', error_kind: 'quota', error: 'no credit', status: 402, since: clock.now },
    { state: 'resting', error_kind: 'rate_limit', rest_until: clock.now + 30 },
    { state: 'off', error: null },
  ]);
  expect(json.item.key_counts).toEqual({ total: 3, enabled: 2, usable: 0 });
  const { text: metrics } = await asAdmin('GET', '/metrics');
  const line = 'api_monitor_channel_key_usable{target_id="1",key=';
  expect(metrics).toContain(`${line}"aa",state="failed"} 0`);
  expect(metrics).toContain(`${line}"bb",state="resting"} 0`);
  expect(metrics).not.toContain('"cc"');
  const visitor = await asVisitor('GET', `/api/targets/${item.id}`);
  expect(visitor.text).not.toContain('no credit');
});
