import { intervalS, type Policy, probesAtOnce, type Stage } from './policy.ts';
import { createRandom } from './random.ts';
import type { World, WorldChannel } from './world.ts';

/** What was known of a channel's model. */
interface Known {
  isAlive: boolean;
  liveFailures: number;
  openUntil: number;
  /** The rest before the next single probe. */
  restS: number;
  askedAgainAt: number | null;
}

const failuresToOpen = 3;
const openS = 15;
const firstRestS = 30;
const spreadFactor = 1.25;

/**
 * What the version before evidence did, in its favour: every model is asked every interval, even if the
 * list of models can't be read. A model that fails for a client is asked at once, and then at doubling times
 * from 30 s; three failures in a row open a breaker for 15 s.
 */
export function createFormerPolicy(world: World, stage: Stage): Policy {
  const random = createRandom(7);
  const known = new Map(
    world.channels.map((channel) => [
      channel,
      new Map(channel.models.map((model) => [model, firstState()])),
    ]),
  );
  const stateOf = (channel: WorldChannel, model: string) => known.get(channel)?.get(model);

  const probe = (channel: WorldChannel, model: string, now: number): boolean => {
    const isAnswered = world.faultAt(channel, model, now) === null;
    stage.probed(isAnswered);
    return isAnswered;
  };
  const take = (channel: WorldChannel, model: string, isAlive: boolean, now: number) => {
    const state = stateOf(channel, model);
    if (!state) return;
    state.isAlive = isAlive;
    if (isAlive) Object.assign(state, firstState());
    stage.knows(channel, model, !isAlive, now);
  };
  const askAlone = (channel: WorldChannel, model: string, now: number) => {
    const state = stateOf(channel, model);
    const isAlive = probe(channel, model, now);
    take(channel, model, isAlive, now);
    if (!state || isAlive) return;
    const { restS } = state;
    state.restS = Math.min(2 * restS, intervalS);
    state.askedAgainAt = now + restS;
    stage.at(now + restS, (again) => {
      if (state.askedAgainAt === again) askAlone(channel, model, again);
    });
  };
  const run = (channel: WorldChannel, now: number) => {
    channel.models.forEach((model, index) => {
      const at = now + (index / probesAtOnce) * channel.answerS;
      const isTooMany = (channel.atOnce ?? probesAtOnce) < probesAtOnce && random.next() < 1 / 3;
      const isAlive = probe(channel, model, at) && !isTooMany;
      take(channel, model, isAlive, at);
    });
    stage.at(now + intervalS, (next) => run(channel, next));
  };

  return {
    name: 'former',
    start() {
      for (const channel of world.channels) {
        stage.at(channel.id, (now) => run(channel, now));
      }
    },
    choose({ at, model, channelId }) {
      const offers = world.channels.flatMap((channel) => {
        const state = stateOf(channel, model);
        const isOffered = state?.isAlive && (channelId === null || channel.id === channelId);
        return isOffered && state.openUntil <= at ? { channel, state } : [];
      });
      const fastestS = Math.min(...offers.map(({ channel }) => channel.answerS));
      const isNear = ({ answerS }: WorldChannel) => answerS <= spreadFactor * fastestS;
      return offers
        .map(({ channel, state }) => ({
          channel,
          isHalfOpen: state.liveFailures >= failuresToOpen,
          // Those that are about as fast share the traffic.
          place: isNear(channel) ? random.next() * fastestS : channel.answerS,
        }))
        .sort((a, b) => Number(a.isHalfOpen) - Number(b.isHalfOpen) || a.place - b.place)
        .map(({ channel }) => channel);
    },
    met(channel, { model, at }, isServed) {
      const state = stateOf(channel, model);
      if (!state) return;
      if (isServed) {
        const wasFailing = state.liveFailures > 0;
        Object.assign(state, { liveFailures: 0, openUntil: 0 });
        if (wasFailing) stage.knows(channel, model, false, at);
        return;
      }
      state.liveFailures += 1;
      if (state.liveFailures >= failuresToOpen) state.openUntil = at + openS;
      stage.knows(channel, model, true, at);
      stage.at(at + 0.01, (now) => askAlone(channel, model, now));
    },
  };
}

function firstState(): Known {
  return { isAlive: true, liveFailures: 0, openUntil: 0, restS: firstRestS, askedAgainAt: null };
}
