import { composeNotice, type Destination, isToldOf, newsOfService } from '@api-monitor/core';
import { listDestinations, openDestinationConfig } from '@api-monitor/db';
import { deliver } from '@api-monitor/notify';
import { depsOf, isKnownKind, type Sending } from './deliver-claimed.ts';

interface Told {
  destination: Destination;
  config: unknown;
}

/** How long the database must refuse writes before people are told. */
const patienceS = 30;
/** How often a destination that can't be reached is tried. */
const mostTries = 10;
/** Within such a time, several workers give the notice the same key. */
const sameKeyS = 600;

interface Outage {
  since: number;
  fault: string;
  /** How often each destination was tried, by its id, and whether it has the notice. */
  tries: Map<number, { count: number; isSent: boolean }>;
}

/**
 * Tells people that the database refuses writes, and when it takes them again. Such a notice can't be stored,
 * so each worker sends it itself, to the destinations that it knew before.
 */
export function createStorageAlarm(sending: Sending) {
  const { db, nowS } = sending;
  let known: readonly Told[] = [];
  let outage: Outage | null = null;

  const sendTo = async (told: Told, kind: 'opened' | 'resolved', { since, fault }: Outage) => {
    const { destination, config } = told;
    if (!isKnownKind(destination.kind)) return true;
    const news = newsOfService('database', { kind, fault, since, nowS: nowS() });
    const key = `database-${kind}-${Math.floor(since / sameKeyS)}-d${destination.id}`;
    const notice = composeNotice({ key, news: [news], destination, baseUrl: null, nowS: nowS() });
    const outcome = await deliver(notice, { kind: destination.kind, config }, depsOf(sending));
    return outcome.kind === 'sent';
  };
  const tell = async (current: Outage) => {
    if (nowS() - current.since < patienceS) return;
    for (const told of known) {
      const { id } = told.destination;
      const { count, isSent } = current.tries.get(id) ?? { count: 0, isSent: false };
      if (isSent || count >= mostTries) continue;
      const isDone = await sendTo(told, 'opened', current);
      current.tries.set(id, { count: count + 1, isSent: isDone });
    }
  };
  const tellEnd = async (ended: Outage) => {
    for (const told of known) {
      const { id, recoveries } = told.destination;
      if (recoveries && ended.tries.get(id)?.isSent) await sendTo(told, 'resolved', ended);
    }
  };
  return {
    /** Looks whether the database takes writes; to be called every minute. */
    async look(): Promise<void> {
      const fault = await db.writeFault();
      if (fault !== null) {
        outage ??= { since: nowS(), fault, tries: new Map() };
        await tell(outage);
        return;
      }
      const ended = outage;
      outage = null;
      if (ended) await tellEnd(ended);
      known = await readDestinations(sending);
    },
  };
}

/** Those that want to know, with their configs, because they may be unreadable later. */
async function readDestinations({ db }: Sending): Promise<Told[]> {
  const all = (await listDestinations(db)).filter((one) => isToldOf(one, 'service', 'critical'));
  return Promise.all(
    all.map(async (destination) => {
      const config = await openDestinationConfig(db, destination.id).catch(() => null);
      return { destination, config };
    }),
  );
}
