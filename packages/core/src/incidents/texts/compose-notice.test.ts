import { expect, test } from 'vitest';
import {
  createWorld,
  destination,
  startS,
  type WorldOptions,
} from '../../../test/incident-world.ts';
import { namesOf } from '../../pick.ts';
import { alertKindRules } from '../alert-kind.ts';
import { composeNotice } from './compose-notice.ts';

const english = { language: 'en', time_zone: 'UTC' } as const;
const chinese = { language: 'zh', time_zone: 'Asia/Shanghai' } as const;

/** As text: the title, then each line with its label. */
function textOf(
  { told }: ReturnType<typeof createWorld>,
  which: number | 'all',
  to: typeof english | typeof chinese = english,
) {
  const chosen = which === 'all' ? told : told.slice(which).slice(0, 1);
  const { title, lines, link } = composeNotice({
    ...{ key: 'n1-d1', news: chosen.flatMap(({ news }) => news), nowS: startS },
    ...{ destination: destination(to), baseUrl: 'https://monitor.example' },
  });
  const said = lines.map(({ label, text, isQuoted }) => {
    return `${label === null ? '' : `${label}: `}${isQuoted ? `“${text}”` : text}`;
  });
  return [title, ...said, link];
}

const options: WorldOptions = {
  channels: { 'Relay A': ['gpt-5', 'o3'], 'Relay B': ['gpt-5'], 'Relay C': ['gpt-5'] },
  hosts: { 'Relay A': 'a.example', 'Relay B': 'b.example', 'Relay C': 'c.example' },
  wanted: ['o3'],
};

const outage = () =>
  createWorld(options)
    .at(10)
    .channelFails('Relay A', { kind: 'quota', message: '账户余额不足\nplease top up' })
    .at(12)
    .channelFails('Relay A', { kind: 'quota', message: '账户余额不足\nplease top up' })
    .at('3:05:00')
    .channelAnswers('Relay A')
    .at('3:05:05')
    .channelAnswers('Relay A');

test('a notice says what, since when, why in the provider’s words, and what still serves', () => {
  expect(textOf(outage(), 0)).toEqual([
    'Relay A is down: no channel left for o3',
    'Since: 2 Nov 2026, 00:00 UTC',
    'Why: “账户余额不足 please top up”',
    'Still served: o3: no channel left, gpt-5: served by 2 other channels',
    'https://monitor.example/incidents.html?id=1',
  ]);
});

test('it says the same in Chinese, by the clocks of the destination', () => {
  expect(textOf(outage(), 0, chinese)).toEqual([
    'Relay A 不可用：o3 已无可用渠道',
    '开始于: 2026年11月2日 GMT+8 08:00',
    '原因: “账户余额不足 please top up”',
    '仍可用: o3：已无可用渠道、gpt-5：另有 2 个渠道可用',
    'https://monitor.example/incidents.html?id=1',
  ]);
});

test('a recovery says how long it lasted', () => {
  expect(textOf(outage(), 1)).toEqual([
    'Relay A works again after 3 h 4 min',
    'Since: 2 Nov 2026, 00:00 UTC',
    'Lasted: 3 h 4 min',
    'Why: “账户余额不足 please top up”',
    'https://monitor.example/incidents.html?id=1',
  ]);
  expect(textOf(outage(), 1, chinese)[0]).toBe('Relay A 已恢复，中断 3 小时 4 分钟');
});

test('a vendor’s outage names the channels', () => {
  const world = createWorld(options);
  for (const name of Object.keys(options.channels)) {
    world
      .at(world.seconds() + 1)
      .fails(name, 'gpt-5')
      .at(world.seconds() + 1)
      .fails(name, 'gpt-5');
  }
  world.at(120);
  expect(textOf(world, 1)).toEqual([
    'gpt-5 is down on 3 channels',
    'What: Relay A, Relay B, Relay C',
    'Since: 2 Nov 2026, 00:00 UTC',
    'Why: “HTTP 503: no capacity”',
    'Still served: no channel left',
    'https://monitor.example/incidents.html?id=1',
  ]);
});

test('a digest has a line for each incident, with the last that is known of it', () => {
  const world = outage();
  world.at('4:00:00').other('balance', 'Relay B', { figures: { balance: 1234.5 } });
  world.at('5:00:00');
  expect(textOf(world, 'all')).toEqual([
    '1 incident open, 1 over',
    '2 Nov 2026, 03:05 UTC: Relay A works again after 3 h 4 min',
    '2 Nov 2026, 04:00 UTC: The balance of Relay B is low: 1,234.5',
    'https://monitor.example/incidents.html',
  ]);
  expect(textOf(world, 'all', chinese)[0]).toBe('1 个事件未恢复，1 个已结束');
});

test('the network’s outage says that alerts are held back', () => {
  const world = createWorld(options);
  for (const name of Object.keys(options.channels)) {
    world.at(world.seconds() + 1).channelFails(name, { kind: 'network', message: 'ENOTFOUND' });
  }
  expect(textOf(world, 0)).toEqual([
    'This monitor reaches nobody: its own network is down',
    'Since: 2 Nov 2026, 00:00 UTC',
    'Alerts about channels are held back until it is back.',
    'https://monitor.example/incidents.html?id=1',
  ]);
});

test('what others say can’t break a line or be endless', () => {
  const world = createWorld({ channels: { ['N'.repeat(128)]: ['m'] } });
  const message = `a\n\u0000\u2028b${'x'.repeat(10_000)}`;
  const name = 'N'.repeat(128);
  for (const at of [10, 12]) world.at(at).channelFails(name, { kind: 'auth', message });
  const text = textOf(world, 0);
  expect(text[0]).toBe(`${'N'.repeat(80)}… is down`);
  expect(text[2]).toMatch(/^Why: “a bx{290,}…”$/);
  for (const line of text) expect(line).not.toMatch(/[\p{Cc}\p{Zl}]/u);
});

test.each(namesOf(alertKindRules))('%s has words in both languages', (kind) => {
  const world = createWorld(options);
  const figures = {
    p95_s: 2,
    baseline_s: 1,
    share: 0.25,
    requests: 40,
    balance: 3,
    spent: 9,
    limit: 10,
  };
  const more = { expires_at: startS, free_share: 0.03 };
  const about = { model: 'gpt-5', name: 'main', figures: { ...figures, ...more } };
  for (const at of [10, 12]) world.at(at).other(kind, 'Relay A', about);
  world
    .at(60)
    .other(kind, 'Relay A', { ...about, is_bad: false })
    .at(600);
  const end = world.told.length - 1;
  for (const which of [0, end]) {
    const [title = ''] = textOf(world, which);
    const [translated = ''] = textOf(world, which, chinese);
    expect(title).not.toMatch(/undefined|NaN|\p{Script=Han}/u);
    expect(translated).not.toMatch(/undefined|NaN/);
    expect(translated).toMatch(/\p{Script=Han}/u);
  }
});

test('templates get named fields', () => {
  const [notice] = outage().told;
  const { fields } = composeNotice({
    ...{ key: 'k', news: notice?.news ?? [], destination: english, baseUrl: null, nowS: startS },
  });
  expect(fields).toEqual({
    ...{ event: 'opened', incident: 1, scope: 'channel', alert: 'channel_down' },
    ...{ severity: 'critical', title: 'Relay A is down: no channel left for o3', what: '' },
    ...{ since: '2 Nov 2026, 00:00 UTC', lasted: '2 s', started_at: startS + 10, ended_at: null },
    ...{ why: '账户余额不足 please top up', error_kind: 'quota', failing: 1 },
    ...{ serving: 'o3: no channel left, gpt-5: served by 2 other channels' },
    ...{ channel: 'Relay A', model: null, link: null, count: 1 },
  });
});
