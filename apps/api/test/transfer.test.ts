import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, type MonitorEvent, targetFieldSchemas } from '@api-monitor/core';
import { listAudit, listTargets, openApiKey, openTarget, updateTarget } from '@api-monitor/db';
import { createLogger } from '@api-monitor/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { createAudit } from '../src/audit/record-action.ts';
import { systemActor } from '../src/auth/caller.ts';
import { applyImport } from '../src/transfer/apply-import.ts';
import { checkEntries } from '../src/transfer/check-entries.ts';
import {
  applyChannelsFile,
  releaseChannelsFile,
} from '../src/transfer/code/apply-channels-file.ts';
import { planImport, settlePlan } from '../src/transfer/plan-import.ts';
import { createUploadReader } from '../src/transfer/upload/upload-reader.ts';
import { everyField } from './every-field.ts';
import { newTarget, openTestApi, sessionCookie, upstreamKey } from './open-test-api.ts';

const path = '/api/admin/channels';
const relay = { name: 'relay', base_url: 'https://relay.example', api_key: 'sk-relay-1' };

async function withRelay() {
  const api = await openTestApi();
  await api.asSession('POST', '/api/targets', newTarget);
  const importing = (entries: unknown, query = '') =>
    api.asSession('POST', `${path}/import${query}`, { channels: entries });
  return { ...api, importing };
}

test('a dry run says what would happen to each channel, and writes nothing', async () => {
  const { importing, db } = await withRelay();
  const entries = [
    { name: 'new', base_url: 'https://new.example', api_key: 'sk-new' },
    { name: 'relay', base_url: 'https://relay.example', interval_min: 7 },
    { name: 'relay', base_url: 'https://relay.example' },
    { name: 'keyless', base_url: 'https://keyless.example' },
    { name: 'bad', base_url: 'ftp://bad.example', api_key: 'k', interval_min: 0 },
    { name: 'odd', base_url: 'https://odd.example', api_key: 'k', color: 'red' },
    'nonsense',
  ];
  const { json } = await importing(entries, '?dry_run=1');
  expect(json.dry_run).toBe(true);
  expect(json.counts).toEqual({ created: 2, changed: 1, unchanged: 0, refused: 4 });
  expect(json.items.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
    'created',
    'changed',
    'refused',
    'created',
    ...Array(3).fill('refused'),
  ]);
  expect(json.items[1].changes).toEqual([{ field: 'interval_min', old: 30, new: 7 }]);
  expect(json.items.slice(2).map(({ reason }: { reason: string }) => reason)).toEqual([
    'name appears twice in the file',
    null,
    'base_url must be an http:// or https:// address; interval_min must be at least 1',
    'unknown field "color"',
    'a channel must be an object with a name and a base_url',
  ]);
  expect(json.items[3].notes).toEqual([
    { code: 'keyless', params: {} },
    { code: 'paused', params: {} },
  ]);
  expect(await listTargets(db)).toHaveLength(1);
});

test('an import stores and publishes the good entries, and a second time changes nothing', async () => {
  const { importing, db, bus } = await withRelay();
  const events: MonitorEvent[] = [];
  bus.events.subscribe(({ event }) => events.push(event));
  const entries = [
    {
      name: 'new',
      base_url: 'https://new.example/v1/chat/completions',
      api_key: 'sk-new',
      selected_models: ['m'],
    },
    { name: 'relay', base_url: 'https://relay.example', api_key: 'sk-other', enabled: false },
    { name: 'bad', base_url: 'ftp://bad.example' },
  ];
  expect((await importing(entries)).json.counts).toMatchObject({
    created: 1,
    changed: 1,
    refused: 1,
  });
  expect(events.map(({ type }) => type)).toEqual([
    'target_updated',
    'fault_changed',
    'target_updated',
  ]);
  const [first, second] = await listTargets(db);
  expect(first).toMatchObject({ name: 'relay', enabled: false });
  expect(second).toMatchObject({ base_url: 'https://new.example', interval_min: 30 });
  expect([first, second].map((target) => target && openApiKey(db, target))).toEqual([
    'sk-other',
    'sk-new',
  ]);
  const again = await importing(entries);
  expect(again.json.counts).toEqual({ created: 0, changed: 0, unchanged: 2, refused: 1 });
  expect(events).toHaveLength(3);
  const log = await listAudit(db, { limit: 50 });
  expect(log.map(({ action }) => action)).toEqual([
    'channels.imported',
    'target.changed',
    'target.created',
    'target.created',
  ]);
  expect(JSON.stringify(log)).not.toMatch(/sk-new|sk-other/);
});

const nowhere = { askedUrls: [], listener: null };

test('only a channel that changes after the plan is planned again', async () => {
  const { asSession, db } = await withRelay();
  await asSession('POST', '/api/targets', { ...newTarget, name: 'other' });
  const entries = await checkEntries(
    [
      { name: 'relay', base_url: 'https://relay.example', interval_min: 7 },
      { name: 'other', base_url: 'https://relay.example', interval_min: 7 },
      { name: 'new', base_url: 'https://new.example', api_key: 'sk-new' },
    ].map((entry) => ({ entry, notes: [] })),
  );
  const draft = await planImport(db, entries, { own: nowhere });
  await asSession('PATCH', '/api/targets/1', { interval_min: 7 });
  await asSession('POST', '/api/targets', { ...newTarget, name: 'new' });
  const { drafts } = await settlePlan(db, draft, { own: nowhere });
  const plan = drafts.map(({ planned }) => planned);
  expect(draft.drafts.map(({ planned }) => planned.outcome)).toEqual([
    'changed',
    'changed',
    'created',
  ]);
  expect(plan.map(({ outcome }) => outcome)).toEqual(['unchanged', 'changed', 'changed']);
  expect(plan[1]).toBe(draft.drafts[1]?.planned);
});

test('while an import writes, its progress can be asked for', async () => {
  const { importing, asSession } = await withRelay();
  const progressOf = async () => (await asSession('GET', `${path}/import/progress`)).json.progress;
  expect(await progressOf()).toBeNull();
  const entries = Array.from({ length: 300 }, (_, i) => ({
    ...{ name: `c${i}`, base_url: 'https://a.example', api_key: `sk-${i}` },
  }));
  let isOver = false;
  const done = importing(entries).finally(() => {
    isOver = true;
  });
  const seen = new Set<number>();
  while (!isOver) {
    const progress = await progressOf();
    if (progress) seen.add(progress.done);
    expect([null, 300]).toContain(progress?.total ?? null);
    await nextTurn();
  }
  expect((await done).json.counts.created).toBe(300);
  expect(seen.size).toBeGreaterThan(1);
  expect(await progressOf()).toBeNull();
});

test('an import that fails midway says how far it came, and continues when it is repeated', async () => {
  const { db, bus } = await openTestApi();
  const entries = await checkEntries(
    Array.from({ length: 200 }, (_, i) => ({
      entry: { name: `c${i}`, base_url: 'https://a.example', api_key: `sk-${i}` },
      notes: [],
    })),
  );
  const givenSettings = { default_interval_min: 30, log_cleanup_enabled: true, log_max_size_mb: 1 };
  const by = { audit: createAudit(systemActor, () => 1000), own: nowhere };
  let slices = 0;
  const failing = applyImport({ db, bus, givenSettings, now: () => 1000 }, by, entries, () => {
    slices += 1;
    if (slices === 2) throw new AppError('unavailable', 'the disk is full');
  });
  await expect(failing).rejects.toThrow(
    /^\d+ channels were imported, then: the disk is full; import the file again to continue$/,
  );
  const written = (await listTargets(db)).length;
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThan(200);
  const plan = await applyImport({ db, bus, givenSettings, now: () => 1000 }, by, entries);
  const counts = Map.groupBy(plan, ({ outcome }) => outcome);
  expect(counts.get('unchanged')).toHaveLength(written);
  expect(counts.get('created')).toHaveLength(200 - written);
  expect(await listTargets(db)).toHaveLength(200);
});

test('an import cannot move a stored key to another origin', async () => {
  const { importing } = await withRelay();
  const { json } = await importing([{ name: 'relay', base_url: 'https://thief.example' }]);
  expect(json.items[0]).toMatchObject({
    outcome: 'refused',
    reason: 'api_key must be entered again when base_url moves to another origin',
  });
});

test.each(['json', 'yaml', 'csv'])('another monitor can import an export as %s', async (format) => {
  const { asSession } = await withRelay();
  const hostile = {
    ...{ name: '=1+1, "x"', base_url: 'https://b.example/base', api_key: '-key', enabled: false },
    ...{
      prompt: 'two\nlines: - #',
      selected_models: ['a', 'b'],
      source_url: 'https://b.example',
    },
  };
  await asSession('POST', '/api/targets', hostile);
  const file = await asSession('GET', `${path}/export?format=${format}&keys=1`);
  expect(file.headers.get('content-disposition')).toBe(`attachment; filename="channels.${format}"`);
  const other = await openTestApi();
  const { json } = await other.asSession('POST', `${path}/import`, file.text);
  expect(json.counts).toEqual({ created: 2, changed: 0, unchanged: 0, refused: 0 });
  const [, target] = await listTargets(other.db);
  expect(target).toMatchObject({ ...hostile, api_key: expect.any(String) });
  expect(target && openApiKey(other.db, target)).toBe('-key');
  const again = await asSession('POST', `${path}/import`, file.text);
  expect(again.json.counts.unchanged).toBe(2);
});

test.each(['json', 'yaml', 'csv'])(
  'an export as %s with every field changes nothing when it is imported again',
  async (format) => {
    const { asSession, db } = await withRelay();
    expect(Object.keys(everyField).sort()).toEqual(Object.keys(targetFieldSchemas).sort());
    expect((await asSession('POST', '/api/targets', everyField)).status).toBe(200);
    for (const name of ['NULL', 'true', '0x10', '官转 (2)']) {
      await asSession('POST', '/api/targets', { ...newTarget, name, models: [' lone'] });
    }
    const before = await listTargets(db);
    for (const keys of ['0', '1']) {
      const file = await asSession('GET', `${path}/export?format=${format}&keys=${keys}`);
      const { json } = await asSession('POST', `${path}/import`, file.text);
      const changes = json.items.flatMap((it: { changes: unknown[] }) => it.changes);
      expect(changes).toEqual([]);
      expect(json.counts).toEqual({ created: 0, changed: 0, unchanged: 6, refused: 0 });
    }
    expect(await listTargets(db)).toEqual(before);
    const file = await asSession('GET', `${path}/export?format=${format}&keys=1`);
    const other = await openTestApi();
    await other.asSession('POST', `${path}/import`, file.text);
    const copy = (await listTargets(other.db)).find(({ name }) => name === everyField.name);
    expect(copy).toMatchObject({
      ...everyField,
      api_key: expect.any(String),
      proxy_url: expect.any(String),
      keys: everyField.keys.map((key) => ({ ...key, api_key: expect.any(String) })),
    });
    expect(copy && openTarget(other.db, copy).keys).toEqual(everyField.keys);
  },
  30_000,
);

test('what to know about a file as a whole comes with the preview', async () => {
  const { api } = await openTestApi();
  const chinese = Buffer.from([0xb9, 0xd9, 0xd7, 0xaa]);
  const file = Buffer.concat([
    Buffer.from('name,base_url,api_key\n'),
    chinese,
    Buffer.from(',https://a.example,sk-1\n'),
  ]);
  const init = { method: 'POST', headers: { cookie: sessionCookie }, body: file };
  const response = await api.app.request(`${path}/import?dry_run=1`, init);
  expect(await response.json()).toMatchObject({
    notes: [{ code: 'read_as_gbk', params: {} }],
    items: [{ name: '官转', outcome: 'created', notes: [] }],
  });
});

test('an export has keys only on request, and the audit log says which it was', async () => {
  const { asSession, db } = await withRelay();
  const without = await asSession('GET', `${path}/export`);
  expect(without.text).toContain('name: relay');
  expect(without.text).not.toContain(upstreamKey);
  expect((await asSession('GET', `${path}/export?keys=1`)).text).toContain(upstreamKey);
  const [last, first] = await listAudit(db, { action: 'channels.exported', limit: 2 });
  expect([first?.changes[0]?.new, last?.changes[0]?.new]).toEqual([false, true]);
});

test('reading stops at 32 MiB, and does not start without permission', async () => {
  const { asAdmin, api } = await openTestApi();
  expect((await asAdmin('POST', `${path}/import`, '[]')).status).toBe(403);
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(1024 ** 2));
    },
  });
  const cookie = `api_monitor_admin_session=${'s'.repeat(43)}`;
  const init = { method: 'POST', headers: { cookie }, body: endless, duplex: 'half' };
  const response = await api.app.request(`${path}/import`, init as RequestInit);
  expect(response.status).toBe(413);
  expect(sent).toBeLessThan(40);
});

test('a row of new-api without an address gets that of its type, or is refused if there is none', async () => {
  const { asSession, db } = await openTestApi();
  const row = { status: 1, key: 'sk-1', base_url: null, models: '', auto_ban: 1 };
  const items = [
    { ...row, id: 1, name: 'deepseek', type: 43 },
    { ...row, id: 2, name: 'azure', type: 3 },
  ];
  const { json } = await asSession('POST', `${path}/import`, { data: { items } });
  expect(json.items).toMatchObject([
    { outcome: 'created', reason: null },
    { outcome: 'refused', reason: 'base_url is required' },
  ]);
  expect(await listTargets(db)).toMatchObject([{ base_url: 'https://api.deepseek.com' }]);
});

async function fileWith(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'channels-file-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'channels.yaml');
  await writeFile(file, text);
  return file;
}

async function fileDeps() {
  const { db, bus } = await openTestApi();
  const logger = createLogger({ name: 'test', level: 'silent' });
  const givenSettings = {
    ...{ default_interval_min: 30, log_cleanup_enabled: true, log_max_size_mb: 500 },
  };
  const uploadReader = createUploadReader();
  onTestFinished(() => uploadReader.close());
  return { db, bus, logger, givenSettings, uploadReader, now: () => 1000 };
}

test('a channels file is applied at each start, with keys from variables, and a second time changes nothing', async () => {
  const deps = await fileDeps();
  const file = await fileWith(`channels:
  - name: relay
    base_url: https://relay.example
    api_key: \${RELAY_KEY}
    interval_min: 5
`);
  const variables = { RELAY_KEY: relay.api_key };
  await applyChannelsFile(deps, { path: file, variables });
  const [target] = await listTargets(deps.db);
  expect(target).toMatchObject({ name: 'relay', interval_min: 5 });
  expect(target && openApiKey(deps.db, target)).toBe(relay.api_key);
  const before = await listAudit(deps.db, { limit: 10 });
  expect(before.map(({ actor }) => actor)).toEqual(['system', 'system']);
  await applyChannelsFile(deps, { path: file, variables });
  expect(await listAudit(deps.db, { limit: 10 })).toEqual(before);
});

test('what a channels file sets is managed by it, as long as the file contains it', async () => {
  const deps = await fileDeps();
  const a = '{name: a, base_url: "https://a.example", api_key: k}';
  const b = '{name: b, base_url: "https://b.example", api_key: k}';
  const markedAs = async () => (await listTargets(deps.db)).map(({ managed_by }) => managed_by);
  const apply = async (text: string) => {
    const path = await fileWith(text);
    await applyChannelsFile(deps, { path, variables: {} });
    return `CHANNELS_FILE (${basename(path)})`;
  };
  const mark = await apply(`[${a}, ${b}]`);
  expect(await markedAs()).toEqual([mark, mark]);
  await apply(`[${b}]`);
  expect(await markedAs()).toEqual([null, mark]);
  await updateTarget(deps.db, 1, { managed_by: 'channels/a.yaml' }, 1);
  await releaseChannelsFile(deps);
  expect(await markedAs()).toEqual(['channels/a.yaml', null]);
});

test('a bad channels file is refused as a whole, with the file, entry and field', async () => {
  const deps = await fileDeps();
  const file = await fileWith(`channels:
  - {name: good, base_url: https://good.example, api_key: k}
  - {name: relay, base_url: https://relay.example, api_key: "\${MISSING}", interval_min: 0}
  - {base_url: nowhere}
`);
  const refusal = applyChannelsFile(deps, { path: file, variables: {} });
  await expect(refusal).rejects.toThrow(
    [
      `CHANNELS_FILE ${file}: channels[1] api_key: the variable MISSING is not set`,
      `CHANNELS_FILE ${file}: channels[1] ("relay"): interval_min must be at least 1`,
      `CHANNELS_FILE ${file}: channels[2]: name is required; base_url must be an http:// or https:// address`,
    ].join('\n'),
  );
  expect(await listTargets(deps.db)).toEqual([]);
});

test.each([
  ['/nowhere/channels.yaml', 'cannot be read'],
  [null, 'the file is not valid YAML at line 2'],
])('a channels file that cannot be read says so: %s', async (path, fault) => {
  const file = path ?? (await fileWith('channels:\n  - {name: "x'));
  const refusal = applyChannelsFile(await fileDeps(), { path: file, variables: {} });
  await expect(refusal).rejects.toThrow(`CHANNELS_FILE ${file}: ${fault}`);
});

test('alerts are exported beside channels, their secrets only with keys, and imported by name', async () => {
  const api = await openTestApi();
  const url = 'https://hooks.example/in/0123456789abcdef';
  const hook = { name: 'Ops', kind: 'webhook', severities: ['critical'], config: { url } };
  await api.asSession('POST', '/api/alerts/destinations', hook);
  await api.asSession('PATCH', '/api/alerts/rules', { reminder_min: 60 });
  const exportPath = '/api/admin/channels/export?format=json';
  const { text: without } = await api.asSession('GET', exportPath);
  const { text: whole } = await api.asSession('GET', `${exportPath}&keys=1`);
  expect(without).not.toContain('0123456789abcdef');
  expect(JSON.parse(whole).alerts).toMatchObject({
    rules: { reminder_min: 60 },
    destinations: [{ name: 'Ops', kind: 'webhook', severities: ['critical'], config: { url } }],
  });

  const importInto = async (other: typeof api, file: string, dryRun: 0 | 1) => {
    const path = `/api/admin/channels/import?dry_run=${dryRun}`;
    const { status, json } = await other.asSession('POST', path, file);
    expect(status, JSON.stringify(json)).toBe(200);
    return json.alerts.map((one: Record<string, unknown>) => `${one.outcome} ${one.name}`);
  };
  // Here it has its secrets.
  expect(await importInto(api, without, 0)).toEqual(['unchanged rules', 'unchanged Ops']);
  const other = await openTestApi();
  expect(await importInto(other, without, 1)).toEqual(['changed rules', 'refused Ops']);
  expect((await other.asSession('GET', '/api/alerts/destinations')).json.items).toEqual([]);
  expect(await importInto(other, whole, 0)).toEqual(['changed rules', 'created Ops']);
  const { json } = await other.asSession('GET', '/api/alerts/rules');
  expect(json.item.reminder_min).toBe(60);
});
