import {
  channelDown,
  channelUp,
  down,
  flap,
  type History,
  network,
  seven,
  two,
  up,
} from './incident-histories.ts';
import { startS, type WorldOptions } from './incident-world.ts';

const hourS = 3600;

/** A maintenance of channel A, in seconds after the start. */
function works(from: number, until: number): WorldOptions['maintenance'] {
  const schedule = { kind: 'once', from: startS + from, until: startS + until } as const;
  return [{ target_ids: [1], schedule }];
}

export const quiets: History[] = [
  {
    title: 'what goes down and comes back within a maintenance is not told',
    world: { channels: two, maintenance: works(0, hourS), wanted: ['o3'] },
    happens: (w) => channelUp(channelDown(w, 600, 'A'), 1200, 'A').at(2 * hourS),
    told: [],
  },
  {
    title: 'what a maintenance leaves broken is told a minute after its end',
    world: { channels: two, maintenance: works(0, hourS) },
    happens: (w) => channelDown(w, 600, 'A').at(2 * hourS),
    told: ['1:01:02 warning: A is down'],
  },
  {
    title: 'what was down before a maintenance isn’t told again after it',
    world: { channels: two, maintenance: works(600, hourS), rules: { reminder_min: 20 } },
    happens: (w) => channelDown(w, 10, 'A').at(hourS + 100),
    told: ['0:00:12 warning: A is down', '1:00:02 warning: After 59 min 52 s, still: A is down'],
  },
  {
    title:
      'what recovers within a maintenance that began later is told, because people wait for it',
    world: { channels: two, maintenance: works(600, hourS) },
    happens: (w) => channelUp(channelDown(w, 10, 'A'), 900, 'A').at(2 * hourS),
    told: ['0:00:12 warning: A is down', '0:15:02 info: A works again after 14 min 50 s'],
  },
  {
    title: 'a maintenance of one channel says nothing about another',
    world: { channels: two, maintenance: works(0, hourS) },
    happens: (w) => channelDown(w, 10, 'B').at(600),
    told: ['0:00:12 warning: B is down'],
  },
  {
    title: 'a maintenance of tags and models is for those alone',
    world: {
      channels: { A: ['gpt-4', 'o3'], B: ['gpt-4'] },
      tags: { A: ['EU'] },
      maintenance: [{ tags: ['eu'], models: ['gpt-*'] }],
    },
    happens: (w) => down(down(w, 10, 'A', 'gpt-4'), 300, 'A', 'o3').at(900),
    told: ['0:05:02 warning: o3 is down on A'],
  },
  {
    title: 'a weekly maintenance is one by the clocks of its zone',
    world: {
      channels: two,
      // Mondays from 00:30 in Berlin, an hour ahead of UTC.
      maintenance: [
        {
          schedule: {
            ...{ kind: 'weekly', weekdays: [1], time: '00:30' },
            ...{ duration_min: 60, time_zone: 'Europe/Berlin' },
          },
        },
      ],
    },
    happens: (w) => down(channelUp(channelDown(w, 600, 'A'), 1000, 'A'), 2000, 'A', 'gpt').at(3000),
    told: ['0:33:22 warning: gpt is down on A'],
  },
  {
    title: 'a maintenance by cron covers what fails in it',
    world: {
      channels: two,
      maintenance: [
        { schedule: { kind: 'cron', cron: '0 */2 * * *', duration_min: 60, time_zone: 'UTC' } },
      ],
    },
    happens: (w) =>
      channelUp(
        channelDown(channelUp(channelDown(w, 600, 'A'), 1000, 'A'), 1.5 * hourS, 'A'),
        6000,
        'A',
      ).at(7000),
    told: ['1:30:02 warning: A is down', '1:40:02 info: A works again after 10 min'],
  },
  {
    title: 'quiet hours hold back warnings until they end; what is critical comes at once',
    world: {
      channels: { A: ['a'], B: ['b'] },
      wanted: ['b'],
      destinations: [
        { time_zone: 'Asia/Shanghai', quiet_hours: { from: '22:00', until: '09:00' } },
      ],
    },
    happens: (w) => {
      channelUp(channelDown(w, 10, 'A'), 600, 'A');
      channelDown(w, 1200, 'B');
      return channelUp(channelDown(channelUp(w, 1800, 'B'), 1.5 * hourS, 'A'), 1.8 * hourS, 'A').at(
        3 * hourS,
      );
    },
    told: [
      '0:00:12 (at 1:00:00) warning: A is down',
      '0:10:02 (at 1:00:00) info: A works again after 9 min 50 s',
      '0:20:02 critical: B is down: no channel left for b',
      '0:30:02 info: B works again after 10 min',
      '1:30:02 warning: A is down',
      '1:48:02 info: A works again after 18 min',
    ],
  },
  {
    title: 'a reminder comes until it is acknowledged',
    world: { channels: two, rules: { reminder_min: 30 } },
    happens: (w) => {
      channelDown(w, 10, 'A').at(1.2 * hourS);
      w.act(1, { kind: 'acknowledge', by: 'ann' });
      return channelUp(w, 3 * hourS, 'A').at(4 * hourS);
    },
    told: [
      '0:00:12 warning: A is down',
      '0:30:12 warning: After 30 min 2 s, still: A is down',
      '1:00:12 warning: After 1 h, still: A is down',
      '3:00:02 info: A works again after 2 h 59 min',
    ],
  },
  {
    title: 'what nobody acknowledges reaches the next destination, and its recovery does too',
    world: {
      channels: two,
      destinations: [{ name: 'ops' }, { name: 'boss', after_min: 15 }],
    },
    happens: (w) => channelUp(channelDown(w, 10, 'A'), hourS, 'A').at(2 * hourS),
    told: [
      '0:00:12 ops warning: A is down',
      '0:15:12 boss warning: Not acknowledged for 15 min 2 s: A is down',
      '1:00:02 ops info: A works again after 59 min 50 s',
      '1:00:02 boss info: A works again after 59 min 50 s',
    ],
  },
  {
    title: 'what is acknowledged in time doesn’t escalate',
    world: {
      channels: two,
      destinations: [{ name: 'ops' }, { name: 'boss', after_min: 15 }],
    },
    happens: (w) => {
      channelDown(w, 10, 'A').at(600).act(1, { kind: 'acknowledge', by: 'ann' });
      return channelUp(w, hourS, 'A').at(2 * hourS);
    },
    told: ['0:00:12 ops warning: A is down', '1:00:02 ops info: A works again after 59 min 50 s'],
  },
  {
    title: 'of an acknowledged incident it is still told that it got worse',
    world: { channels: { A: ['gpt', 'x'], B: ['gpt', 'y'], C: ['z'] }, wanted: ['x', 'gpt', 'y'] },
    happens: (w) => {
      down(w, 10, 'A', 'gpt').at(300).act(1, { kind: 'acknowledge', by: 'ann' });
      return down(w, 400, 'A', 'x').at(900);
    },
    told: [
      '0:00:12 warning: gpt is down on A',
      '0:06:42 critical: A is down: no channel left for x',
    ],
  },
  {
    title: 'a muted incident is silent to its end',
    world: { channels: { A: ['x', 'y'] }, wanted: ['y'], rules: { reminder_min: 10 } },
    happens: (w) => {
      down(w, 10, 'A', 'x')
        .at(60)
        .act(1, { kind: 'mute', until: startS + 9 * hourS, by: 'ann' });
      down(w, 300, 'A', 'y');
      return up(up(w, hourS, 'A', 'y'), hourS, 'A', 'x').at(2 * hourS);
    },
    told: ['0:00:12 warning: x is down on A'],
  },
  {
    title: 'a mute that is over tells what is still so',
    world: { channels: { A: ['x', 'y'] }, wanted: ['y'] },
    happens: (w) => {
      down(w, 10, 'A', 'x')
        .at(60)
        .act(1, { kind: 'mute', until: startS + 1000, by: 'ann' });
      return down(w, 300, 'A', 'y').at(2000);
    },
    told: ['0:00:12 warning: x is down on A', '0:16:42 critical: A is down: no channel left for y'],
  },
  {
    title: 'a mute of one channel doesn’t silence what it turns out to be part of',
    world: { channels: seven, wanted: ['gpt'] },
    happens: (w) => {
      down(w, 10, 'A', 'gpt').act(1, { kind: 'mute', until: startS + 9 * hourS, by: 'ann' });
      for (const name of ['B', 'C', 'D']) down(w, w.seconds() + 100, name, 'gpt');
      return w.at(900);
    },
    told: [
      '0:00:12 warning: gpt is down on A',
      '0:02:14 warning: gpt is down on B',
      '0:04:06 warning: gpt is down on 3 channels',
    ],
  },
  {
    title: 'each destination is told of what it asked for',
    world: {
      channels: { A: ['gpt-4', 'x'], B: ['o3'] },
      tags: { B: ['paid'] },
      wanted: ['gpt-4'],
      destinations: [
        { name: 'critical', severities: ['critical'] },
        { name: 'paid', tags: ['PAID'] },
        { name: 'gpt', models: ['gpt-*'] },
        { name: 'first', target_ids: [1], recoveries: false },
        { name: 'money', kinds: ['balance'] },
        { name: 'off', enabled: false },
      ],
    },
    happens: (w) => {
      channelUp(channelDown(w, 10, 'A'), 600, 'A');
      channelUp(channelDown(w, 1200, 'B'), 1800, 'B');
      return w
        .at(2400)
        .other('balance', 'B', { figures: { balance: 1.5 } })
        .at(3000);
    },
    told: [
      '0:00:12 critical critical: A is down: no channel left for gpt-4',
      '0:00:12 gpt critical: A is down: no channel left for gpt-4',
      '0:00:12 first critical: A is down: no channel left for gpt-4',
      '0:10:02 critical info: A works again after 9 min 50 s',
      '0:10:02 gpt info: A works again after 9 min 50 s',
      '0:20:02 paid warning: B is down',
      '0:30:02 paid info: B works again after 10 min',
      '0:40:00 paid warning: The balance of B is low: 1.5',
      '0:40:00 money warning: The balance of B is low: 1.5',
    ],
  },
  {
    title: 'a destination for critical ones hears of one that became critical, and of its end',
    world: {
      channels: { A: ['gpt', 'x'], B: ['gpt', 'y'] },
      wanted: ['x'],
      destinations: [{ severities: ['critical'] }],
    },
    happens: (w) => {
      down(w, 10, 'A', 'gpt');
      down(w, 300, 'A', 'x');
      return up(up(w, 1000, 'A', 'x'), 1010, 'A', 'gpt').at(2000);
    },
    told: [
      '0:05:02 critical: A is down: no channel left for x',
      '0:16:52 info: A works again after 16 min 40 s',
    ],
  },
  {
    title:
      'a destination that keeps lists gets one notice for each incident, and the end of a merged one',
    world: {
      channels: { A: ['a'], B: ['b'], C: ['c'], D: ['d'], E: ['e'] },
      wanted: ['a', 'b'],
      destinations: [{ kind: 'pagerduty' }],
    },
    happens: (w) => {
      for (const [index, name] of ['A', 'B', 'C', 'D', 'E'].entries())
        channelDown(w, 10 + index * 3, name);
      w.at(600);
      for (const name of ['A', 'B', 'C', 'D', 'E']) channelUp(w, w.seconds() + 1, name);
      return w.at(1200);
    },
    told: [
      '0:00:12 critical: A is down: no channel left for a',
      '0:00:15 critical: B is down: no channel left for b',
      '0:00:54 critical: 5 channels went down together: no channel left for a, b',
      '0:00:54 info: Now part of incident 1',
      '0:10:15 info: 5 channels work again after 10 min 3 s',
    ],
  },
  {
    title: 'something that isn’t an outage is told as its producer says it, and when it is over',
    world: { channels: two },
    happens: (w) => {
      const figures = { p95_s: 8.4, baseline_s: 3.1 };
      w.at(10).other('latency', 'A', { model: 'gpt', figures });
      w.at(900).other('latency', 'A', { model: 'gpt', figures: { p95_s: 9, baseline_s: 3.1 } });
      return w.at(1800).other('latency', 'A', { model: 'gpt', is_bad: false }).at(3000);
    },
    told: [
      '0:00:10 warning: gpt on A is slow: first token after 8.4 s, usually 3.1 s',
      '0:30:00 info: Over after 29 min 50 s: gpt on A is slow: first token after 9 s, usually 3.1 s',
    ],
  },
  {
    title: 'what its producer calls critical is critical',
    world: { channels: two },
    happens: (w) =>
      w
        .at(10)
        .other('service', null, { name: 'Redis' })
        .at(300)
        .other('certificate', 'A', { severity: 'critical', figures: { expires_at: startS } })
        .at(600),
    told: [
      '0:00:10 critical: Redis doesn’t answer',
      '0:05:00 critical: The certificate of A expires on 2 Nov 2026',
    ],
  },
  {
    title:
      'what is no longer critical is told once it has lasted, also to those told of critical ones alone',
    world: {
      channels: { A: ['gpt', 'x'], B: ['gpt', 'x'] },
      wanted: ['x'],
      destinations: [{ name: 'all' }, { name: 'critical', severities: ['critical'] }],
    },
    happens: (w) => {
      down(down(w, 10, 'A', 'x'), 60, 'B', 'x');
      up(w, 600, 'B', 'x').at(1200);
      down(w, 1300, 'B', 'x');
      return up(up(w, 2000, 'A', 'x'), 2010, 'B', 'x').at(3000);
    },
    told: [
      '0:00:12 all warning: x is down on A',
      '0:01:02 all critical: x is down on 2 channels: no channel left for x',
      '0:01:02 critical critical: x is down on 2 channels: no channel left for x',
      '0:15:02 all warning: No longer critical: x is down on 1 channel',
      '0:15:02 critical warning: No longer critical: x is down on 1 channel',
      '0:21:42 all critical: 2 incidents open, 0 over',
      '0:21:42 critical critical: 2 incidents open, 0 over',
      '0:33:22 all info: x on 2 channels works again after 33 min 10 s',
      '0:33:22 critical info: x on 2 channels works again after 33 min 10 s',
      '0:34:02 all info: x on B works again after 11 min 50 s',
      '0:34:02 critical info: x on B works again after 11 min 50 s',
    ],
  },
  {
    title: 'what the recovery of another channel has said isn’t told again',
    world: { channels: { A: ['x'], B: ['x'] }, wanted: ['x'] },
    happens: (w) => {
      channelDown(w, 10, 'A');
      for (let turn = 0; turn < 3; turn += 1) {
        channelDown(w, 100 + turn * 400, 'B');
        channelUp(w, 300 + turn * 400, 'B');
      }
      return w.at(3000);
    },
    told: [
      '0:00:12 warning: A is down',
      '0:01:42 critical: 2 incidents open, 0 over',
      '0:05:02 info: B works again after 3 min 20 s',
      '0:08:22 critical: B is down: no channel left for x',
      '0:11:42 info: B works again after 3 min 20 s',
      '0:15:02 critical: B is down: no channel left for x',
      '0:18:22 info: B works again after 3 min 20 s',
    ],
  },
  {
    title: 'a disk that fills up is told, told again when it is critical, and when it has room',
    world: { channels: two },
    happens: (w) => {
      const left = (free_share: number) => ({ figures: { free_share } });
      w.at(10).other('disk', null, { severity: 'warning', ...left(0.09) });
      w.at(900).other('disk', null, { severity: 'critical', ...left(0.02) });
      w.at(1800).other('disk', null, { severity: 'warning', ...left(0.08) });
      return w.at(3000).other('disk', null, { is_bad: false }).at(4000);
    },
    told: [
      '0:00:10 warning: The disk is nearly full: 9% left',
      '0:15:00 critical: The disk is nearly full: 2% left',
      '0:35:00 warning: No longer critical: The disk is nearly full: 8% left',
      '0:51:00 info: Over after 49 min 50 s: The disk is nearly full: 8% left',
    ],
  },
  {
    title: 'certificates of several channels are told together, each with its day',
    world: { channels: { A: ['a'], B: ['b'] } },
    happens: (w) => {
      const ends = (days: number) => ({ figures: { expires_at: startS + days * 86_400 } });
      w.at(10).other('certificate', 'A', ends(13));
      w.at(12).other('certificate', 'B', ends(3));
      return w.at(900).other('certificate', 'A', { is_bad: false }).at(2000);
    },
    told: [
      '0:00:10 warning: The certificate of A expires on 15 Nov 2026',
      '0:00:42 warning: The certificate of B expires on 5 Nov 2026',
      '0:15:00 info: Over after 14 min 50 s: The certificate of A expires on 15 Nov 2026',
    ],
  },
  {
    title: 'wrong answers of a model are told, and a paused channel’s no longer',
    world: { channels: two },
    happens: (w) => {
      w.at(10).other('wrong_answers', 'A', { model: 'gpt', figures: { share: 0.4, usual: 0.05 } });
      return w
        .at(900)
        .change({ paused: ['A'] })
        .at(1000);
    },
    told: [
      '0:00:10 warning: gpt on A gives more wrong answers: 40%',
      '0:15:05 info: gpt on A isn’t watched any more',
    ],
  },
  {
    title:
      'a balance is told with its unit and days, of a key with its name, and its fast fall apart',
    world: { channels: two },
    happens: (w) => {
      const low = { balance: 4.2, unit: 'USD', days_left: 1.5 };
      w.at(10).other('balance', 'A', { figures: low });
      w.at(300).other('balance', 'A', { name: 'second', figures: { balance: 0, unit: 'USD' } });
      w.at(600).other('balance_fall', 'B', { figures: { fell: 30, usual: 4, unit: 'CNY' } });
      return w.at(2000).other('balance', 'A', { is_bad: false }).at(3000);
    },
    told: [
      '0:00:10 warning: The balance of A is low: 4.2 USD, enough for 1.5 days',
      '0:05:00 warning: The balance of key second of A is low: 0 USD',
      '0:10:00 warning: The balance of B falls fast: by 30 CNY in a day, usually 4 CNY',
      '0:33:20 info: Over after 33 min 10 s: The balance of A is low: 4.2 USD, enough for 1.5 days',
    ],
  },
  {
    title: 'a key of the gateway is told near its limit, when it is refused, and when it may go on',
    world: { channels: two },
    happens: (w) => {
      const month = { limit: 100, unit: 'USD', period: 'month' };
      w.at(10).other('spending', null, { name: 'team', figures: { spent: 81, ...month } });
      w.at(900).other('budget', null, { name: 'team', figures: { spent: 100, ...month } });
      w.at(3000).other('budget', null, { name: 'team', is_bad: false });
      return w.at(3000).other('spending', null, { name: 'team', is_bad: false }).at(4000);
    },
    told: [
      '0:00:10 warning: team has used 81 of 100 USD this month',
      '0:15:00 warning: team has used up its limit of 100 USD this month, so its requests are refused',
      '0:50:00 info: Over after 35 min: team has used up its limit of 100 USD this month, so its requests are refused',
      '0:50:30 info: Over after 49 min 50 s: team has used 81 of 100 USD this month',
    ],
  },
  {
    title: 'the end of a key or a balance is told in time',
    world: { channels: two },
    happens: (w) => {
      const figures = { expires_at: startS + 6 * 86_400 };
      w.at(10).other('expiry', null, { name: 'team', figures });
      return w.at(900).other('expiry', 'A', { name: 'second', figures }).at(2000);
    },
    told: [
      '0:00:10 warning: team expires on 8 Nov 2026',
      '0:15:00 warning: Key second of A expires on 8 Nov 2026',
    ],
  },
  {
    title: 'new models of a channel are one note, without an end',
    world: { channels: { A: ['a', 'b', 'c'], B: ['b'] } },
    happens: (w) => {
      for (const model of ['a', 'b', 'c']) w.at(w.seconds() + 2).other('model_new', 'A', { model });
      w.at(100).other('model_gone', 'B', { model: 'old' });
      w.at(200).other('model_new', 'A', { model: 'a', at: startS + 2 });
      return w.at(3600);
    },
    told: ['0:00:36 info: A lists 3 new models', '0:02:10 info: B no longer lists old'],
  },
  {
    title: 'a flapping model in a maintenance is left alone',
    world: { channels: two, maintenance: works(0, hourS) },
    happens: (w) => flap(w, 10, 'A', 'gpt', 20).at(2 * hourS),
    told: [],
  },
  {
    title: 'an outage of our own network in quiet hours is critical all the same',
    world: {
      channels: seven,
      destinations: [{ quiet_hours: { from: '23:00', until: '07:00' } }],
    },
    happens: (w) => {
      for (const name of ['A', 'B', 'C', 'D']) w.at(w.seconds() + 2).channelFails(name, network);
      return w.at(100).channelAnswers('A').at(105).channelAnswers('B').at(600);
    },
    told: [
      '0:00:06 critical: This monitor reaches nobody: its own network is down',
      '0:02:10 info: This monitor’s network is back after 1 min 43 s',
    ],
  },
  {
    title: 'without destinations incidents are kept all the same',
    world: { channels: two, destinations: [] },
    happens: (w) => channelUp(channelDown(w, 10, 'A'), 600, 'A').at(1200),
    told: [],
  },
];
