import { expect, test } from 'vitest';
import { chanceOf } from '../../test/chance.ts';
import { createWorld, startS, type World, type WorldOptions } from '../../test/incident-world.ts';
import { isNote } from './alert-kind.ts';
import { subjectKeyOf } from './findings/observation.ts';
import { failingMembers } from './incident.ts';

const channels = {
  ...{ A: ['gpt', 'o3', 'x'], B: ['gpt', 'o3'], C: ['gpt', 'y'] },
  ...{ D: ['gpt', 'z'], E: ['e'], F: ['o3', 'e'] },
};
const names = Object.keys(channels) as (keyof typeof channels)[];
const options: WorldOptions = {
  channels,
  hosts: { F: '10.0.0.9' },
  wanted: ['gpt', 'e'],
  rules: { reminder_min: 20 },
  destinations: [
    { name: 'all' },
    { name: 'critical', severities: ['critical'] },
    { name: 'later', after_min: 10, quiet_hours: { from: '01:00', until: '02:00' } },
    { name: 'lists', kind: 'pagerduty' },
  ],
  maintenance: [
    { target_ids: [2], schedule: { kind: 'once', from: startS + 900, until: startS + 2400 } },
  ],
};

/** An hour in which anything may happen. */
function anHour(seed: number, world: World): World {
  const chance = chanceOf(seed);
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)] as T;
  const why = () =>
    oneOf([{}, { kind: 'network', message: 'ETIMEDOUT' }, { kind: 'auth' }] as const);
  const actions: ((channel: (typeof names)[number]) => void)[] = [
    (channel) => world.fails(channel, oneOf(channels[channel]), why()),
    (channel) => world.fails(channel, oneOf(channels[channel]), why()),
    (channel) => world.answers(channel, oneOf(channels[channel]), oneOf([1, 1, 30])),
    (channel) => world.channelFails(channel, why()),
    (channel) => world.channelAnswers(channel),
    (channel) => world.key(channel, oneOf(['a', 'b']), chance() < 0.5),
    (channel) => world.other('latency', channel, { model: 'gpt', is_bad: chance() < 0.5 }),
    (channel) => world.other('model_new', channel, { model: oneOf(['n1', 'n2', 'n3']) }),
    () => world.observe(),
    () => {
      const [open] = world.state().incidents.filter(({ ended_at }) => ended_at === null);
      if (open) world.act(open.id, { kind: 'acknowledge', by: 'ann' });
    },
    () => world.change({ paused: chance() < 0.5 ? [] : [oneOf(names)] }),
  ];
  while (world.seconds() < 3600) {
    world.at(world.seconds() + Math.ceil(chance() ** 3 * 120));
    try {
      oneOf(actions)(oneOf(names));
    } catch (error) {
      // A paused channel finds nothing.
      if (!String(error).includes('there is no channel')) throw error;
    }
    checkState(world);
  }
  return world;
}

function checkState(world: World): void {
  const state = world.state();
  const open = state.incidents.filter(({ ended_at }) => ended_at === null);
  const failing = open.flatMap((incident) => failingMembers(incident));
  const keys = failing.map(({ subject }) => subjectKeyOf(subject));
  expect(new Set(keys).size, 'a subject is in one incident').toBe(keys.length);
  for (const incident of open) {
    if (incident.scope === 'network') continue;
    expect(failingMembers(incident).length, `incident ${incident.id} has members`).toBeGreaterThan(
      0,
    );
  }
  for (const [key, { health, subject }] of Object.entries(state.watches)) {
    const isHeld = subject.target_id === 2;
    if (health === 'up' || isNote(subject.kind) || isHeld) continue;
    expect(keys, `${key} is ${health}`).toContain(key);
  }
}

/** What each destination was told of each incident, in order. */
function checkTold(world: World): void {
  const keys = world.told.map(({ key }) => key);
  expect(new Set(keys).size, 'no key is used twice').toBe(keys.length);
  const stories = new Map<string, string[]>();
  for (const { destination_id, news } of world.told) {
    for (const { kind, incident } of news) {
      const name = `${destination_id}/${incident.id}${isNote(incident.kind) ? '/note' : ''}`;
      stories.set(name, [...(stories.get(name) ?? []), kind]);
    }
  }
  for (const { state } of world.steps.filter((_, index) => index % 20 === 0)) {
    expect(JSON.parse(JSON.stringify(state)), 'the state is plain JSON').toStrictEqual(state);
  }
  // A destination that was told of a part is told of the end of the whole.
  const wholes = new Set(
    world.steps.flatMap(({ events }) =>
      events.flatMap(({ kind, detail }) => (kind === 'merged' ? Number(detail.into) : [])),
    ),
  );
  const ends = (kind: string) => kind === 'resolved' || kind === 'merged';
  for (const [name, story] of stories) {
    const text = `${name}: ${story.join(', ')}`;
    expect(story.filter((kind) => kind === 'opened').length, text).toBeLessThanOrEqual(1);
    expect(story.filter(ends).length, text).toBeLessThanOrEqual(1);
    const [, incident] = name.split('/').map(Number);
    if (!wholes.has(incident ?? 0)) expect(story.findIndex(ends), text).not.toBe(0);
    if (story.some(ends)) expect(ends(story.at(-1) ?? ''), text).toBe(true);
    expect(story.indexOf('opened'), text).toBeLessThanOrEqual(0);
  }
}

/** Everything answers, and nothing is left after a while. */
function settle(world: World): void {
  world.change({ paused: [] });
  for (const delay of [5, 5, 5, 400]) {
    world.at(world.seconds() + delay);
    for (const channel of names) {
      for (const model of channels[channel]) world.answers(channel, model, 30);
      world.channelAnswers(channel).key(channel, 'a', false).key(channel, 'b', false);
      world.other('latency', channel, { model: 'gpt', is_bad: false });
    }
  }
  world.at(world.seconds() + 600);
}

test.each(Array.from({ length: 15 }, (_, index) => index + 1))(
  'whatever happens, each change is told once and each end at most once (%i)',
  (seed) => {
    const world = anHour(seed, createWorld(options, { everyS: 30 }));
    settle(world);
    expect(world.state().incidents).toEqual([]);
    checkTold(world);
    const repeated = anHour(seed, createWorld(options, { everyS: 30, isRepeated: true }));
    settle(repeated);
    expect(repeated.titles()).toEqual(world.titles());
  },
);
