import { createRandom } from './random.ts';
import { startS, type World, weekS } from './world.ts';

/** What a client asks for. */
export interface Wanted {
  at: number;
  model: string;
  /** The channel that the client names; null: any. */
  channelId: number | null;
}

/** How often the most wanted model is asked for in an hour; the next ones half as often each. */
const mostPerHour = 240;
const bareModels = 10;
/** Models of one channel that a client asks for by its name, every few minutes. */
const pinnedPairs = 50;

/** The week's requests in the order of their time: few models are wanted often, and most never. */
export function createTraffic(world: World, seed: number): Wanted[] {
  const random = createRandom(seed);
  const streams = [
    ...Array.from({ length: bareModels }, (_, n) => ({
      ...{ model: `gpt-5-${n}`, channelId: null },
      perSecond: mostPerHour / 2 ** (n / 2) / 3600,
    })),
    ...Array.from({ length: pinnedPairs }, () => {
      const channel = random.pick(world.channels);
      const model = random.pick(channel.models);
      return { model, channelId: channel.id, perSecond: 1 / random.skewed(60, 1800) };
    }),
  ];
  const wanted = streams.flatMap(({ model, channelId, perSecond }) => {
    const times: Wanted[] = [];
    for (let at = random.wait(perSecond); at < weekS; at += random.wait(perSecond)) {
      if (isAwake(at, random.next())) times.push({ at: startS + at, model, channelId });
    }
    return times;
  });
  return wanted.sort((a, b) => a.at - b.at);
}

/** At night a fifth of the clients ask. */
function isAwake(secondOfWeek: number, chance: number): boolean {
  const hour = (secondOfWeek / 3600) % 24;
  return (hour >= 7 && hour < 23) || chance < 0.2;
}
