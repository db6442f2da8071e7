import {
  type AlertState,
  AppError,
  alertsAtStart,
  fieldKindsOf,
  type Incident,
  type IncidentEvent,
  incidentEventShape,
  incidentShape,
  type OutgoingNotice,
  type Stepped,
} from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import { createCodec, excluded, parseColumn } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';

export const incidentCodec = createCodec<Incident>(fieldKindsOf(incidentShape));
export const eventCodec = createCodec<IncidentEvent>(fieldKindsOf(incidentEventShape));

/** The state with its number, which grows with each change, and its text. */
interface StoredState {
  state: AlertState;
  revision: number;
  text: string;
}

/** All of it but the incidents, which have rows of their own. */
type StateWithoutIncidents = Omit<AlertState, 'incidents'>;

/** How often a step is repeated because another worker was faster. */
const mostTries = 10;

/**
 * Lets `decide` change the state, and stores what it decides, all or nothing: the state, incidents, events
 * and notices. Of two workers that decide at once, one is first; the other decides again on what the first
 * left. `decide` must be pure. Returns what was stored. Throws AppError `unavailable` if others are always
 * faster.
 */
export async function stepStoredAlerts<Decided extends Stepped>(
  db: Database,
  decide: (state: AlertState) => Decided,
  nowS: number,
): Promise<Decided> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    const before = await readStored(db);
    const decided = decide(before.state);
    if (await write(db, before, decided, nowS)) return decided;
  }
  throw new AppError('unavailable', 'the state of the alerts is changed by others all the time');
}

/** The state of the alerts, for those who only look. */
export async function readAlertState(db: Database): Promise<AlertState> {
  return (await readStored(db)).state;
}

async function readStored({ kysely }: Database): Promise<StoredState> {
  const row = await kysely
    .selectFrom('alert_state')
    .select(['revision', 'state'])
    .where('id', '=', 1)
    .executeTakeFirst();
  const incidents = await kysely
    .selectFrom('incidents')
    .select(incidentCodec.columns)
    .where('is_current', '=', 1)
    .orderBy('id')
    .execute();
  const text = row?.state ?? textOf(alertsAtStart);
  const state = parseColumn<StateWithoutIncidents>(text);
  return {
    state: { ...state, incidents: incidents.map(incidentCodec.fromRow) },
    revision: row?.revision ?? 0,
    text,
  };
}

function textOf({ incidents: _, ...state }: AlertState): string {
  return JSON.stringify(state);
}

/** Returns false if the state isn't the one that was read any more. */
async function write(
  db: Database,
  before: StoredState,
  { state, incidents, events, notices }: Stepped,
  nowS: number,
): Promise<boolean> {
  const text = textOf(state);
  const isNew = text !== before.text || incidents.length + events.length + notices.length > 0;
  if (!isNew) return true;
  return inTransaction(db, async (tx) => {
    if (!(await advance(tx, before.revision, text, nowS))) return false;
    const current = new Set(state.incidents.map(({ id }) => id));
    await writeIncidents(tx, incidents, current);
    await retire(tx, current);
    for (const rows of chunksOf(events.map(eventCodec.toRow))) {
      await tx.kysely.insertInto('incident_events').values(rows).execute();
    }
    await writeNotices(tx, notices);
    return true;
  });
}

async function advance(
  { kysely }: Database,
  revision: number,
  state: string,
  updated_at: number,
): Promise<boolean> {
  const next = { revision: revision + 1, state, updated_at };
  if (revision === 0) {
    const { numInsertedOrUpdatedRows } = await kysely
      .insertInto('alert_state')
      .values({ id: 1, ...next })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirstOrThrow();
    return Number(numInsertedOrUpdatedRows) === 1;
  }
  const { numUpdatedRows } = await kysely
    .updateTable('alert_state')
    .set(next)
    .where('id', '=', 1)
    .where('revision', '=', revision)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows) === 1;
}

async function writeIncidents(
  { kysely }: Database,
  incidents: readonly Incident[],
  current: ReadonlySet<number>,
): Promise<void> {
  const columns = [...incidentCodec.columns, 'is_current' as const];
  for (const chunk of chunksOf(incidents)) {
    const rows = chunk.map((incident) => ({
      ...incidentCodec.toRow(incident),
      is_current: current.has(incident.id) ? (1 as const) : (0 as const),
    }));
    await kysely
      .insertInto('incidents')
      .values(rows)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(excluded(columns, ['id'])))
      .execute();
  }
}

/** Incidents whose end needs no telling leave the state without a change of their own. */
async function retire({ kysely }: Database, current: ReadonlySet<number>): Promise<void> {
  const known = await kysely
    .selectFrom('incidents')
    .select('id')
    .where('is_current', '=', 1)
    .execute();
  const over = known.map(({ id }) => id).filter((id) => !current.has(id));
  for (const chunk of chunksOf(over)) {
    await kysely.updateTable('incidents').set({ is_current: 0 }).where('id', 'in', chunk).execute();
  }
}

async function writeNotices(
  { kysely }: Database,
  notices: readonly OutgoingNotice[],
): Promise<void> {
  for (const chunk of chunksOf(notices)) {
    const rows = chunk.map(({ news, ...notice }) => ({
      ...notice,
      ...{ news: JSON.stringify(news), status: 'waiting' as const, attempts: 0 },
    }));
    await kysely.insertInto('deliveries').values(rows).execute();
  }
}
