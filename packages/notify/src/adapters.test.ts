import { expect, test } from 'vitest';
import { exampleConfigs } from '../test/example-configs.ts';
import { destinationKinds } from './adapter.ts';
import { adapters, describeAdapters, secretFieldsOf } from './adapters.ts';

test.each(destinationKinds)('%s describes each field that its config has', (kind) => {
  const { fields, config } = adapters[kind];
  expect(adapters[kind].kind).toBe(kind);
  const parsed = config.parse(exampleConfigs[kind]);
  expect(fields.map(({ name }) => name).toSorted()).toEqual(Object.keys(parsed).toSorted());
  for (const { name, isRequired, default: absent, choices, input, label, help } of fields) {
    expect(isRequired, name).toBe(absent === undefined);
    expect(input === 'choice', name).toBe(choices !== undefined);
    for (const words of [label, ...(help ? [help] : []), ...Object.values(choices ?? {})]) {
      expect(words.en, name).not.toBe('');
      expect(words.zh, name).not.toBe('');
    }
  }
  // What was filled in is accepted as it is.
  expect(config.parse(parsed)).toEqual(parsed);
});

test.each(destinationKinds)(
  '%s names what is missing, what is unknown and what is wrong',
  (kind) => {
    const { fields, config } = adapters[kind];
    const required = fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
    expect(required).not.toEqual([]);
    const missing = config.safeParse({}).error?.issues ?? [];
    expect(missing.flatMap(({ path }) => path)).toEqual(expect.arrayContaining(required));
    for (const name of fields.map((field) => field.name)) {
      const { error } = config.safeParse({ ...exampleConfigs[kind], [name]: { wrong: true } });
      expect(error?.issues[0]?.path[0]).toBe(name);
    }
    const { error } = config.safeParse({ ...exampleConfigs[kind], other: 1 });
    expect(error?.issues).toEqual([expect.objectContaining({ keys: ['other'] })]);
  },
);

test('the description is JSON, and has the kinds in order', () => {
  const described = describeAdapters();
  expect(described.map(({ kind }) => kind)).toEqual([...destinationKinds]);
  expect(JSON.parse(JSON.stringify(described))).toHaveLength(destinationKinds.length);
  expect(described.find(({ kind }) => kind === 'ntfy')?.fields[0]).toEqual({
    name: 'server',
    input: 'url',
    label: { en: 'Server', zh: '服务器' },
    isRequired: false,
    default: 'https://ntfy.sh',
  });
});

test('secrets are what would let others send, or read', () => {
  const secrets = Object.fromEntries(destinationKinds.map((kind) => [kind, secretFieldsOf(kind)]));
  expect(secrets).toEqual({
    webhook: ['url', 'secret', 'headers'],
    email: ['password'],
    telegram: ['bot_token'],
    discord: ['webhook_url'],
    slack: ['webhook_url'],
    teams: ['webhook_url'],
    matrix: ['access_token'],
    feishu: ['webhook_url', 'secret'],
    dingtalk: ['webhook_url', 'secret'],
    wecom: ['webhook_url'],
    serverchan: ['send_key'],
    pushplus: ['token'],
    bark: ['device_key'],
    ntfy: ['topic', 'token', 'password'],
    gotify: ['token'],
    pagerduty: ['routing_key'],
    opsgenie: ['api_key'],
    apprise: ['key', 'urls'],
  });
});

const vendors = ['discord', 'slack', 'teams', 'feishu', 'dingtalk', 'wecom'] as const;

test.each(vendors.flatMap((kind) => vendors.map((other) => [other, kind] as const)))(
  'the address of %s is recognised in %s',
  (other, kind) => {
    const { webhook_url } = exampleConfigs[other];
    const issues = adapters[kind].config.safeParse({ webhook_url }).error?.issues ?? [];
    if (other === kind) expect(issues).toEqual([]);
    else {
      expect(issues).toEqual([
        expect.objectContaining({
          path: ['webhook_url'],
          message: expect.stringMatching(
            /^is an address of (?:Slack|Discord|Microsoft Teams|Feishu or Lark|DingTalk|WeCom), which/,
          ),
          params: expect.objectContaining({ code: 'other_service' }),
        }),
      ]);
    }
  },
);

test.each([
  ['slack', 'https://hooks.slack.com/triggers/T0/1/abc', 'https://hooks.slack.com/services/'],
  ['slack', 'http://hooks.slack.com/services/T0/B0/abc', 'https://hooks.slack.com/services/'],
  ['discord', 'https://discord.com/channels/1/2', 'https://discord.com/api/webhooks/'],
  ['teams', 'https://example.webhook.office.com/webhookb2/1@2/Incom/3/4', 'that of a workflow'],
  ['feishu', 'https://open.feishu.cn/open-apis/bot/hook/abc', '/open-apis/bot/v2/hook/'],
  ['feishu', 'https://www.feishu.cn/flow/api/trigger-webhook/abc', '/open-apis/bot/v2/hook/'],
  ['dingtalk', 'https://oapi.dingtalk.com/robot/send', 'robot/send?access_token='],
  ['wecom', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send', 'webhook/send?key='],
  ['wecom', 'ftp://example.com', 'http:// or https://'],
  ['wecom', 'https://user:secret@example.com/', 'must not contain a user name or password'],
  ['wecom', 'https://qyapi.weixin.qq.com/…', 'must be entered in full'],
  ['wecom', 'https://exa mple.com', 'white space'],
] as const)('%s: %s is refused and the right form named', (kind, webhook_url, form) => {
  const [issue] = adapters[kind].config.safeParse({ webhook_url }).error?.issues ?? [];
  expect(issue).toMatchObject({ path: ['webhook_url'], params: { code: 'wrong_url' } });
  expect(issue?.message).toContain(form);
  expect(issue?.message).not.toContain('secret@');
});

test('a mirror of a vendor is accepted, over http too', () => {
  const webhook_url = 'http://discord.mirror.internal:8080/api/webhooks/1/abc';
  expect(adapters.discord.config.safeParse({ webhook_url }).success).toBe(true);
});

test.each([
  [
    'telegram',
    { bot_token: 'abc' },
    'bot_token must be like 123456789:ABC…, as @BotFather gives it',
  ],
  ['telegram', { chat_id: 'my chat' }, 'chat_id must be like -1001234567890 or @channel'],
  ['matrix', { room_id: '#ops:example.com' }, 'room_id must be like !abc:example.com'],
  ['matrix', { server: 'matrix.example.com' }, 'server must be an http:// or https:// address'],
  ['gotify', { server: 'https://x.example/?token=1' }, 'server must not contain a query'],
  ['serverchan', { send_key: 'abc' }, 'send_key must be like SCT… or sctp…t…'],
  ['pagerduty', { routing_key: 'short' }, 'routing_key must be like 32 letters and digits'],
  ['ntfy', { username: 'me' }, 'username must be empty if there is a token'],
  ['ntfy', { topic: 'a/b' }, 'topic must be like my-alerts'],
  ['email', { host: 'smtp.example.com:587' }, 'host must be a host name or an IP address'],
  ['email', { from: 'Monitor <a@b.example>' }, 'from must be an address such as'],
  ['email', { username: 'a' }, 'password is required with a user name'],
  ['email', { password: 'a' }, 'username is required with a password'],
  [
    'email',
    { username: 'a', password: 'b', security: 'none' },
    'security must not be none with a password, which would travel in clear text',
  ],
  ['email', { ca_certificate: 'x' }, 'ca_certificate must be PEM certificates'],
] as const)('%s: %j is refused', (kind, part, fault) => {
  const { error } = adapters[kind].config.safeParse({ ...exampleConfigs[kind], ...part });
  const faults = error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  expect(faults?.[0]).toContain(fault);
  expect(faults).toHaveLength(1);
});

test('what vendors allow is stated for each kind', () => {
  const limits = Object.fromEntries(
    destinationKinds.map((kind) => [kind, adapters[kind].rateLimits]),
  );
  expect(limits).toMatchObject({
    feishu: [
      { requests: 5, perS: 1 },
      { requests: 100, perS: 60 },
    ],
    dingtalk: [{ requests: 20, perS: 60 }],
    wecom: [{ requests: 20, perS: 60 }],
    slack: [{ requests: 1, perS: 1 }],
  });
  for (const list of Object.values(limits)) expect(list.length).toBeGreaterThan(0);
});
