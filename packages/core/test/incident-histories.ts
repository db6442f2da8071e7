import type { World, WorldOptions } from './incident-world.ts';

export { createWorld } from './incident-world.ts';

/** What happens, and exactly what a person is told of it. */
export interface History {
  title: string;
  world: WorldOptions;
  happens: (world: World) => World;
  told: string[];
}

export const two = { A: ['gpt', 'o3'], B: ['gpt'] };
const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
export const seven = Object.fromEntries(names.map((name) => [name, ['gpt', `own-${name}`]]));
export const network = { kind: 'network', message: 'connect ETIMEDOUT' } as const;

/** A model that is down for certain, from this second on. */
export function down(w: World, at: number | string, channel: string, model: string): World {
  return w
    .at(at)
    .fails(channel, model)
    .at(w.seconds() + 2)
    .fails(channel, model);
}

export function up(w: World, at: number | string, channel: string, model: string): World {
  return w
    .at(at)
    .answers(channel, model)
    .at(w.seconds() + 2)
    .answers(channel, model);
}

export function channelDown(w: World, at: number | string, channel: string, why = {}): World {
  return w
    .at(at)
    .channelFails(channel, why)
    .at(w.seconds() + 2)
    .channelFails(channel, why);
}

export function channelUp(w: World, at: number | string, channel: string): World {
  return w
    .at(at)
    .channelAnswers(channel)
    .at(w.seconds() + 2)
    .channelAnswers(channel);
}

/** Fails and answers in turn, every 30 seconds. */
export function flap(w: World, at: number, channel: string, model: string, times: number): World {
  for (let index = 0; index < times; index += 1) {
    w.at(at + index * 60).fails(channel, model);
    w.at(at + index * 60 + 30).answers(channel, model);
  }
  return w;
}

export const outages: History[] = [
  {
    title: 'one failure that is followed by an answer is nothing',
    world: { channels: two },
    happens: (w) => w.at(10).fails('A', 'gpt').at(20).answers('A', 'gpt').at('0:30:00'),
    told: [],
  },
  {
    title: 'a model is down after two failures, and up after two answers',
    world: { channels: two },
    happens: (w) => up(down(w, 10, 'A', 'gpt'), '0:10:00', 'A', 'gpt').at('0:20:00'),
    told: [
      '0:00:12 warning: gpt is down on A',
      '0:10:02 info: gpt on A works again after 9 min 50 s',
    ],
  },
  {
    title: 'one failure counts after a minute, and one answer after five',
    world: { channels: two },
    happens: (w) => w.at(10).fails('A', 'gpt').at('0:10:00').answers('A', 'gpt').at('0:20:00'),
    told: [
      '0:01:10 warning: gpt is down on A',
      '0:15:00 info: gpt on A works again after 9 min 50 s',
    ],
  },
  {
    title: 'the thresholds are the operator’s',
    world: {
      channels: two,
      rules: { failures_before_alert: 3, down_for_s: 600, successes_before_recovery: 1 },
    },
    happens: (w) =>
      down(w, 10, 'A', 'gpt').at(300).fails('A', 'gpt').at(400).answers('A', 'gpt').at(900),
    told: [
      '0:05:00 warning: gpt is down on A',
      '0:07:00 info: gpt on A works again after 6 min 30 s',
    ],
  },
  {
    title: 'it is critical if the last channel of a wanted model is down',
    world: { channels: { A: ['gpt'] }, wanted: ['gpt'] },
    happens: (w) => up(down(w, 10, 'A', 'gpt'), 600, 'A', 'gpt').at(900),
    told: [
      '0:00:12 critical: gpt is down on A: no channel left for gpt',
      '0:10:02 info: gpt on A works again after 9 min 50 s',
    ],
  },
  {
    title: 'a model that nobody wants is no more than a warning',
    world: { channels: { A: ['gpt'] } },
    happens: (w) => down(w, 10, 'A', 'gpt').at(600),
    told: ['0:00:12 warning: gpt is down on A'],
  },
  {
    title: 'a wanted model that another channel serves is a warning, until that one fails too',
    world: { channels: two, wanted: ['gpt'] },
    happens: (w) => down(down(w, 10, 'A', 'gpt'), 300, 'B', 'gpt').at(600),
    told: [
      '0:00:12 warning: gpt is down on A',
      // Both channels that offer it: the model fails at its vendor.
      '0:05:02 critical: gpt is down on 2 channels: no channel left for gpt',
    ],
  },
  {
    title: 'the severity rises and falls with what still serves; only the rise is told',
    world: { channels: { A: ['gpt', 'x'], B: ['gpt', 'y'] }, wanted: ['gpt'] },
    happens: (w) => {
      down(w, 10, 'A', 'gpt');
      channelDown(w, 1000, 'B');
      channelUp(w, 2000, 'B');
      return up(w, 3000, 'A', 'gpt').at(4000);
    },
    told: [
      '0:00:12 warning: gpt is down on A',
      // Both incidents are critical now, and are told together.
      '0:16:42 critical: 2 incidents open, 0 over',
      '0:33:22 info: B works again after 16 min 40 s',
      '0:50:02 info: gpt on A works again after 49 min 50 s',
    ],
  },
  {
    title: 'a channel dies of its quota with all its models: one incident',
    world: { channels: { A: ['gpt', 'o3'], B: ['gpt'] }, wanted: ['gpt'] },
    happens: (w) => channelUp(channelDown(w, 10, 'A'), 3600, 'A').at(7200),
    told: ['0:00:12 warning: A is down', '1:00:02 info: A works again after 59 min 50 s'],
  },
  {
    title: 'a channel whose models fail one after another is one incident that grows',
    world: { channels: { A: ['a', 'b', 'c', 'd'], B: ['a'] } },
    happens: (w) => {
      for (const [index, model] of ['a', 'b', 'c', 'd'].entries())
        down(w, 10 + index * 60, 'A', model);
      w.at(1000);
      for (const [index, model] of ['a', 'b', 'c', 'd'].entries()) up(w, 2000 + index, 'A', model);
      return w.at(3000);
    },
    told: [
      '0:00:12 warning: a is down on A',
      '0:05:12 warning: A is down',
      '0:33:25 info: A works again after 33 min 13 s',
    ],
  },
  {
    title: 'a member that joins and one that leaves are not told by themselves',
    world: { channels: { A: ['a', 'b', 'c', 'd', 'e'] } },
    happens: (w) => {
      for (const model of ['a', 'b'])
        w.at(w.seconds() + 5)
          .fails('A', model)
          .fails('A', model);
      w.at(70);
      down(w, 500, 'A', 'c');
      up(w, 600, 'A', 'a');
      up(w, 700, 'A', 'b');
      return up(w, 800, 'A', 'c').at(1500);
    },
    told: [
      '0:01:05 warning: a is down on A',
      '0:06:05 warning: 2 models are down on A',
      '0:13:22 info: 3 models on A work again after 13 min 15 s',
    ],
  },
  {
    title: 'a model that fails much later is an incident of its own',
    world: { channels: two },
    happens: (w) => {
      down(w, 10, 'A', 'gpt');
      down(w, '1:00:00', 'A', 'o3');
      up(w, '2:00:00', 'A', 'gpt');
      return up(w, '3:00:00', 'A', 'o3').at('4:00:00');
    },
    told: [
      '0:00:12 warning: gpt is down on A',
      '1:00:02 warning: o3 is down on A',
      '2:00:02 info: gpt on A works again after 1 h 59 min',
      '3:00:02 info: o3 on A works again after 2 h',
    ],
  },
  {
    title: 'a vendor’s model dies on seven channels: one incident',
    world: { channels: seven, wanted: ['gpt'] },
    happens: (w) => {
      for (const [index, name] of names.entries()) down(w, 10 + index * 3, name, 'gpt');
      w.at(1000);
      for (const [index, name] of names.entries()) up(w, 2000 + index * 3, name, 'gpt');
      return w.at(3000);
    },
    told: [
      '0:00:12 warning: gpt is down on A',
      '0:00:30 critical: gpt is down on 7 channels: no channel left for gpt',
      '0:33:40 info: gpt on 7 channels works again after 33 min 28 s',
    ],
  },
  {
    title: 'three channels of one owner are not several vendors',
    world: {
      channels: { A: ['gpt', 'x'], B: ['gpt', 'y'], C: ['gpt', 'z'], D: ['gpt'] },
      hosts: { A: 'a.relay.com', B: 'b.relay.com', C: 'c.relay.com' },
    },
    happens: (w) => down(down(w, 10, 'A', 'gpt'), 200, 'B', 'gpt').at(400),
    told: ['0:00:12 warning: gpt is down on A', '0:03:22 warning: gpt is down on B'],
  },
  {
    title: 'two of many channels that lose a model are two incidents',
    world: { channels: seven },
    happens: (w) => down(down(w, 10, 'A', 'gpt'), 200, 'B', 'gpt').at(400),
    told: ['0:00:12 warning: gpt is down on A', '0:03:22 warning: gpt is down on B'],
  },
  {
    title: 'our own network goes and comes back: no channel is blamed',
    world: { channels: seven, wanted: ['gpt'] },
    happens: (w) => {
      for (const [index, name] of names.entries()) w.at(10 + index).channelFails(name, network);
      for (const [index, name] of names.entries()) w.at(40 + index).channelFails(name, network);
      w.at(600);
      for (const [index, name] of names.entries()) w.at(610 + index).channelAnswers(name);
      return w.at(2000);
    },
    told: [
      '0:00:12 critical: This monitor reaches nobody: its own network is down',
      '0:10:11 info: This monitor’s network is back after 10 min 1 s',
    ],
  },
  {
    title: 'what still fails after our network is back has to fail again to be told',
    world: { channels: seven },
    happens: (w) => {
      for (const [index, name] of names.entries()) w.at(10 + index).channelFails(name, network);
      for (const name of ['B', 'C', 'D']) w.at(w.seconds() + 300).channelAnswers(name);
      return channelDown(w, 2000, 'A', network).at(3000);
    },
    told: [
      '0:00:12 critical: This monitor reaches nobody: its own network is down',
      '0:10:16 info: This monitor’s network is back after 10 min 6 s',
      '0:33:22 warning: A is down',
    ],
  },
  {
    title: 'a channel that was told before our network went becomes part of that incident',
    world: { channels: seven },
    happens: (w) => {
      channelDown(w, 10, 'A', network);
      w.at(20).channelFails('B', network).at(21).channelFails('C', network);
      w.at(600).channelAnswers('B').at(605).channelAnswers('C').at(900);
      return w;
    },
    told: [
      '0:00:12 warning: A is down',
      '0:00:21 critical: This monitor reaches nobody: its own network is down',
      '0:10:05 info: This monitor’s network is back after 9 min 55 s',
    ],
  },
  {
    title: 'an answer from anywhere shows that the network works',
    world: { channels: seven },
    happens: (w) => {
      w.at(10).channelFails('A', network).at(11).channelFails('B', network);
      w.at(12).channelFails('C', { kind: 'upstream', message: 'HTTP 502' });
      return w.at(13).channelFails('D', network).at(60);
    },
    told: [],
  },
  {
    title: 'hosts of the own network say nothing about the way to the internet',
    world: {
      channels: { A: ['a'], B: ['b'], C: ['c'], D: ['d'] },
      hosts: { A: '10.0.0.1', B: '192.168.1.2', C: 'localhost', D: 'api.d.example' },
    },
    happens: (w) => {
      for (const name of ['A', 'B', 'C']) w.at(w.seconds() + 1).channelFails(name, network);
      return w.at(30);
    },
    told: [],
  },
  {
    title: 'a key of three is revoked: the channel works',
    world: { channels: two, wanted: ['gpt', 'o3'] },
    happens: (w) =>
      w
        .at(10)
        .key('A', 'spare', true)
        .at(20)
        .key('A', 'spare', true)
        .at(900)
        .key('A', 'spare', false)
        .at(1500),
    told: [
      '0:00:20 warning: Key spare of A doesn’t work',
      '0:20:00 info: Key spare of A works again after 14 min 50 s',
    ],
  },
  {
    title: 'the last key is revoked: the channel is down',
    world: { channels: two, wanted: ['o3'] },
    happens: (w) => {
      for (const name of ['a', 'b'])
        w.at(w.seconds() + 5)
          .key('A', name, true)
          .at(w.seconds() + 5)
          .key('A', name, true);
      return channelDown(w, 200, 'A', { kind: 'auth', message: 'invalid api key' }).at(600);
    },
    told: [
      '0:00:10 warning: Key a of A doesn’t work',
      '0:03:22 critical: A is down: no channel left for o3',
    ],
  },
  {
    title: 'a model that flaps is told once, and once more when it has settled',
    world: { channels: two },
    happens: (w) => {
      flap(w, 10, 'A', 'gpt', 12);
      for (let index = 0; index < 20; index += 1) w.at(1000 + index * 60).answers('A', 'gpt');
      return w.at(6000);
    },
    told: [
      '0:04:10 warning: gpt on A keeps failing and recovering',
      '0:29:40 info: gpt on A works again after 7 min 30 s',
    ],
  },
  {
    title: 'one that flaps and then stays down is told as down',
    world: { channels: { A: ['gpt'] } },
    happens: (w) => {
      flap(w, 10, 'A', 'gpt', 8);
      for (let index = 0; index < 20; index += 1) w.at(1000 + index * 60).fails('A', 'gpt');
      return w.at(3000);
    },
    told: [
      '0:04:10 warning: gpt on A keeps failing and recovering',
      '0:30:40 warning: gpt is down on A, and no longer recovers',
    ],
  },
  {
    title: 'one that flapped has settled after an hour without any finding',
    world: { channels: { A: ['gpt'] } },
    happens: (w) => flap(w, 10, 'A', 'gpt', 6).at('2:00:00'),
    told: [
      '0:04:10 warning: gpt on A keeps failing and recovering',
      '1:05:40 info: gpt on A works again after 1 min 30 s',
    ],
  },
  {
    title: 'a failure among a thousand answers isn’t flapping',
    world: { channels: { A: ['gpt'] } },
    happens: (w) => {
      for (let index = 0; index < 30; index += 1) {
        w.at(10 + index * 60)
          .fails('A', 'gpt')
          .at(12 + index * 60)
          .answers('A', 'gpt', 1000);
      }
      return w.at(3600);
    },
    told: [],
  },
  {
    title: 'many channels that go down together are one incident with one recovery',
    world: { channels: Object.fromEntries(names.map((name) => [name, [`own-${name}`]])) },
    happens: (w) => {
      for (const [index, name] of names.entries()) channelDown(w, 10 + index * 3, name);
      w.at(1000);
      for (const [index, name] of names.entries()) channelUp(w, 2000 + index * 60, name);
      return w.at(4000);
    },
    told: [
      '0:00:12 warning: A is down',
      '0:01:00 warning: 7 channels went down together',
      '0:39:22 info: 7 channels work again after 39 min 10 s',
    ],
  },
  {
    title:
      'two that follow each other within half a minute are two incidents, the second told a little later',
    world: { channels: { A: ['a'], B: ['b'] } },
    happens: (w) => channelDown(channelDown(w, 10, 'A'), 20, 'B').at(600),
    told: ['0:00:12 warning: A is down', '0:00:52 warning: B is down'],
  },
  {
    title: 'a second critical one is told at once',
    world: { channels: { A: ['a'], B: ['b'] }, wanted: ['a', 'b'] },
    happens: (w) => channelDown(channelDown(w, 10, 'A'), 20, 'B').at(600),
    told: [
      '0:00:12 critical: A is down: no channel left for a',
      '0:00:22 critical: B is down: no channel left for b',
    ],
  },
  {
    title: 'what recovers before it could be told is never told',
    world: { channels: { A: ['a'], B: ['b'] } },
    happens: (w) => channelUp(channelDown(channelDown(w, 10, 'A'), 20, 'B'), 30, 'B').at(600),
    told: ['0:00:12 warning: A is down'],
  },
  {
    title: 'a channel that is deleted or paused is no longer a problem',
    world: { channels: { A: ['a'], B: ['b'] } },
    happens: (w) =>
      channelDown(w, 10, 'A')
        .at(600)
        .change({ paused: ['A'] })
        .at(700),
    told: ['0:00:12 warning: A is down', '0:10:05 info: A isn’t watched any more'],
  },
];
