import { expect, test } from 'vitest';
import { chanceOf } from '../../test/chance.ts';
import { createWorld, startS } from '../../test/incident-world.ts';

const channelCount = 60;
const models = Array.from({ length: 40 }, (_, index) => `model-${index}`);
const channels = Object.fromEntries(
  Array.from({ length: channelCount }, (_, index) => [`C${index}`, models]),
);

const why = { upstream: 'HTTP 503: no capacity', auth: 'invalid api key', network: 'ECONNRESET' };

type Kind = keyof typeof why;

/** Sixty channels fail within a minute, twice each, and come back within five. */
function storm(kind: Kind, by: 'models' | 'channels', seed: number, wanted: readonly string[]) {
  const chance = chanceOf(seed);
  const destinations = [{ name: 'one' }, { name: 'critical', severities: ['critical' as const] }];
  const world = createWorld({ channels, wanted: [...wanted], destinations }, { everyS: 15 });
  const everyS = by === 'channels' ? 1 : 5;
  const parts: (string | null)[] = by === 'channels' ? [null] : models;
  const subjects = Object.keys(channels).flatMap((_, index) =>
    parts.map((model) => ({ target_id: index + 1, model })),
  );
  const schedule = subjects.map((subject) => {
    const first = 5 + chance() * 55;
    return {
      subject,
      times: [first, first + chance() * (60 - first), 300 + chance() * 60, 361 + chance() * 20],
    };
  });
  for (let second = everyS; second < 400; second += everyS) {
    const found = schedule.flatMap(({ subject, times }) =>
      times.flatMap((time, index) => {
        if (Math.ceil(time / everyS) * everyS !== second) return [];
        const about = {
          ...subject,
          kind: by === 'channels' ? ('channel_down' as const) : ('model_down' as const),
          name: null,
        };
        const is_bad = index < 2;
        return [
          {
            subject: about,
            is_bad,
            at: startS + second,
            why: is_bad ? { kind, message: why[kind] } : null,
          },
        ];
      }),
    );
    if (found.length > 0) world.at(second).observe(...found);
  }
  world.at(900);
  return world;
}

const kinds = ['upstream', 'auth', 'network'] as const;
const ofChannels = kinds.flatMap((kind) =>
  [1, 2, 3].flatMap((seed) =>
    [[], ['model-3']].map((wanted) => ({ kind, by: 'channels' as const, seed, wanted })),
  ),
);
const ofModels = [
  { kind: 'upstream', by: 'models', seed: 4, wanted: ['model-3'] },
  { kind: 'network', by: 'models', seed: 5, wanted: [] },
] as const;

test.each([...ofChannels, ...ofModels])(
  'a storm of $kind over all $by ($seed, wanted: $wanted) is at most three notices and one recovery',
  { timeout: 60_000 },
  ({ kind, by, seed, wanted }) => {
    const world = storm(kind, by, seed, wanted);
    for (const destination of [1, 2]) {
      const own = world.told.filter(({ destination_id }) => destination_id === destination);
      const isEnd = ({ news }: (typeof own)[number]) =>
        news.every(({ kind: one }) => one === 'resolved');
      const ends = own.filter(isEnd);
      const isEmpty = destination === 2 && own.length === 0;
      expect(ends.length, world.titles().join('\n')).toBe(isEmpty ? 0 : 1);
      expect(own.length - ends.length, world.titles().join('\n')).toBeLessThanOrEqual(3);
    }
    expect(world.state().incidents).toEqual([]);
  },
);
