import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { start, started, tempDir } from './start-program.ts';

// Several programs start one after the other.
vi.setConfig({ testTimeout: 240_000 });

const API_MONITOR_TOKEN = 'token-of-the-test';

/** A monitor that runs, and the command, which calls it unless `env` names a folder. */
async function withMonitor() {
  const DATA_DIR = await tempDir();
  const monitor = await started({ DATA_DIR, API_MONITOR_TOKEN, UPSTREAM_ALLOW_PRIVATE: 'off' });
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(monitor.origin + path, {
      method,
      headers: {
        authorization: `Bearer ${API_MONITOR_TOKEN}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await response.json()) as { items: { name: string; managed_by: string | null }[] };
  };
  const add = (channel: object) =>
    call('POST', '/api/targets', { interval_min: 1440, enabled: false, ...channel });
  const channels = async (...args: string[]) =>
    run({ API_MONITOR_TOKEN }, ...args, '--url', monitor.origin);
  const names = async () => (await call('GET', '/api/targets')).items.map(({ name }) => name);
  return { ...monitor, DATA_DIR, add, call, channels, names };
}

async function run(env: Record<string, string>, ...args: string[]) {
  const { exited, output } = start(env, 'src/channels.ts', [], args);
  return { code: await exited, text: output() };
}

const entry = (name: string, more = '') =>
  `name: ${name}\nbase_url: https://${name}.example\napi_key: \${KEY}\nenabled: false\n${more}`;

test('an export can be applied, after which there is nothing to change', async () => {
  const { add, channels, names } = await withMonitor();
  const secret = `it's a "secret" #1`;
  await add({
    ...{ name: 'OpenAI/官转', base_url: 'https://a.example', api_key: 'sk-a-0123456789#x' },
    headers: [`X-Word: ${secret}`, '-X-Gone'],
    proxy_url: 'socks5://user:word@127.0.0.1:1080',
  });
  await add({ name: 'b', base_url: 'https://b.example', api_key: 'sk-b-0123456789' });
  const folder = join(await tempDir(), 'channels');
  const env = join(folder, '..', 'secrets.env');
  const first = await channels('export', folder, '--env-file', env);
  expect(first).toMatchObject({ code: 0 });
  expect(first.text).toContain(`Secrets: 4 in ${env}. Keep it out of Git.`);
  const files = (await readdir(folder)).sort();
  expect(files).toEqual(['b.yaml', 'openai-官转-0c8a49.yaml']);
  for (const file of files) {
    expect(await readFile(join(folder, file), 'utf8')).not.toMatch(/sk-|secret|word@/);
  }
  expect((await stat(env)).mode & 0o777).toBe(0o600);
  expect(await readFile(env, 'utf8')).toContain('CHANNEL_B_API_KEY=sk-b-0123456789\n');

  const applied = await channels('apply', folder, '--env-file', env);
  expect(applied.text).toContain('    managed_by: channels/b.yaml\n');
  expect(applied.text).toContain('Channels: 0 added, 2 changed, 0 deleted, 0 as they are.');
  expect(await channels('plan', folder, '--env-file', env)).toEqual({
    code: 0,
    text: 'Nothing to change (channels: 2).\n',
  });
  // A second export writes the same, and so may be repeated.
  expect((await channels('export', folder, '--env-file', env)).code).toBe(0);
  expect(await names()).toHaveLength(2);
});

test('plan and apply change what runs, prune what code left, and spare what people made', async () => {
  const { add, channels, names, call, DATA_DIR } = await withMonitor();
  await add({ name: 'by-hand', base_url: 'https://hand.example', api_key: 'sk-hand' });
  const folder = join(await tempDir(), 'channels');
  await mkdir(join(folder, 'team'), { recursive: true });
  await writeFile(join(folder, 'a.yaml'), entry('a', 'models: [x]\n'));
  await writeFile(join(folder, 'team/b.yml'), entry('b'));
  await writeFile(join(folder, '.hidden.yaml'), 'not: ours');
  await writeFile(join(folder, '../vars'), 'KEY=sk-of-all');
  const vars = ['--env-file', join(folder, '../vars')];

  const planned = await channels('plan', folder, ...vars);
  expect(planned).toEqual({
    code: 2,
    text: [
      '+ a  channels/a.yaml',
      '    base_url: https://a.example',
      '    api_key: set',
      '    enabled: false',
      '    models: ["x"]',
      '+ b  channels/team/b.yml',
      '    base_url: https://b.example',
      '    api_key: set',
      '    enabled: false',
      '',
      'Channels: 2 to add, 0 to change, 0 to delete, 0 as they are.\n',
    ].join('\n'),
  });
  expect(await names()).toEqual(['by-hand']);
  expect((await channels('apply', folder, ...vars)).code).toBe(0);

  await rm(join(folder, 'team'), { recursive: true });
  await writeFile(join(folder, 'a.yaml'), entry('a', 'models: [y]\ntimeout_s: 9\n'));
  expect(await channels('plan', folder, ...vars, '--prune')).toEqual({
    code: 2,
    text: [
      '~ a  channels/a.yaml',
      '    timeout_s: 30 → 9',
      '    models: - x, + y',
      '- b  channels/team/b.yml',
      '',
      'Channels: 0 to add, 1 to change, 1 to delete, 0 as they are.\n',
    ].join('\n'),
  });
  const kept = await channels('apply', folder, ...vars);
  expect(kept.text).toContain('No longer in the files: b. They stay; --prune deletes them.');
  expect(await names()).toEqual(['by-hand', 'a', 'b']);
  const json = await channels('apply', folder, ...vars, '--prune', '--json');
  expect(JSON.parse(json.text).counts).toEqual({
    ...{ created: 0, changed: 0, unchanged: 1, deleted: 1, left: 0 },
  });
  expect(await names()).toEqual(['by-hand', 'a']);
  expect((await channels('plan', folder, ...vars, '--prune')).code).toBe(0);

  const inUse = await run({ DATA_DIR, KEY: 'sk-of-all' }, 'plan', folder);
  expect(inUse.code).toBe(1);
  expect(inUse.text).toMatch(/^DATA_DIR: another API Monitor is running on .*--url http/s);
  expect((await channels('release', 'a')).text).toBe('Released: a.\n');
  const { items } = await call('GET', '/api/targets');
  expect(items.map(({ managed_by }) => managed_by)).toEqual([null, null]);
});

test('a stopped monitor is changed in its data folder, and says so when it starts again', async () => {
  const { DATA_DIR, child, exited } = await withMonitor();
  child.kill('SIGTERM');
  await exited;
  const file = join(await tempDir(), 'ours.json');
  await writeFile(
    file,
    JSON.stringify({
      name: 'a',
      base_url: 'https://a.example',
      api_key: `\${KEY}`,
      enabled: false,
    }),
  );
  const env = { DATA_DIR, KEY: 'sk-a' };
  expect((await run(env, 'plan', file)).code).toBe(2);
  expect((await run(env, 'apply', file)).code).toBe(0);
  expect(await run(env, 'plan', file)).toMatchObject({ code: 0 });
  expect((await run(env, 'export')).text).toBe(
    [
      'channels:',
      '  - name: a',
      '    base_url: https://a.example',
      `    api_key: \${CHANNEL_A_API_KEY}`,
      '    enabled: false',
      '    interval_min: 30',
      '    sort_order: 1\n',
    ].join('\n'),
  );
  const { origin } = await started({ DATA_DIR, API_MONITOR_TOKEN });
  const headers = { authorization: `Bearer ${API_MONITOR_TOKEN}` };
  const answer = await fetch(`${origin}/api/targets`, { headers });
  expect(await answer.json()).toMatchObject({ items: [{ name: 'a', managed_by: 'ours.json' }] });
});

test('what is wrong is said with its place, and nothing is changed', async () => {
  const { channels, names, origin } = await withMonitor();
  const folder = join(await tempDir(), 'channels');
  await mkdir(folder);
  expect(await channels('plan', folder)).toEqual({
    code: 1,
    text: `${folder}: holds no .yaml, .yml or .json file\n`,
  });
  await writeFile(join(folder, 'a.yaml'), `${entry('a')}interval_min: 0\n`);
  await writeFile(join(folder, 'b.yaml'), 'name: b\nbase_url: https://b.example\napi_key: k\n');
  for (const verb of ['plan', 'apply']) {
    expect(await channels(verb, folder)).toEqual({
      code: 1,
      text:
        'channels/a.yaml:3 ("a"): api_key: KEY is not set\n' +
        'channels/a.yaml:5 ("a"): interval_min must be at least 1\n',
    });
  }
  expect(await names()).toEqual([]);
  await writeFile(join(folder, 'a.yaml'), 'name: "a');
  expect((await channels('plan', folder)).text).toMatch(
    /^channels\/a.yaml: the file is not valid YAML at line 1/,
  );
  const wrong = await run({ API_MONITOR_TOKEN: 'wrong' }, 'export', '--url', origin);
  expect(wrong.code).toBe(1);
  expect(wrong.text).toMatch(new RegExp(`^${origin} answers 401: `));
  const nowhere = await run({ API_MONITOR_TOKEN }, 'export', '--url', 'http://127.0.0.1:1');
  expect(nowhere).toMatchObject({ code: 1 });
  expect(nowhere.text).toMatch(/^http:\/\/127.0.0.1:1 gives no answer: /);
});

test('an export replaces no file that has other content, least of all a .env', async () => {
  const { add, channels } = await withMonitor();
  await add({ name: 'a', base_url: 'https://a.example', api_key: 'sk-a-0123456789' });
  const folder = await tempDir();
  const env = join(folder, '.env');
  await writeFile(env, 'PORT=1\n', { mode: 0o644 });
  await writeFile(join(folder, 'old.yaml'), 'name: old');
  const refused = await channels('export', folder, '--env-file', env);
  expect(refused).toEqual({
    code: 1,
    text: `${env}: exists with other content; --force replaces it\n`,
  });
  expect((await readdir(folder)).sort()).toEqual(['.env', 'old.yaml']);
  const forced = await channels('export', folder, '--env-file', env, '--force');
  expect(forced.text).toContain('Not from this export: old.yaml.');
  expect(await readFile(env, 'utf8')).toBe('CHANNEL_A_API_KEY=sk-a-0123456789\n');
  expect((await stat(env)).mode & 0o777).toBe(0o600);
});

test('the help says what the command does', async () => {
  const help = await run({}, '--help');
  expect(help).toMatchObject({ code: 0 });
  expect(help.text).toContain('npm run channels -- plan PATH');
  expect((await run({}, 'destroy')).code).toBe(1);
  expect((await run({}, 'plan', '--colour')).text).toContain("Unknown option '--colour'");
});
