import { type Kysely, sql } from 'kysely';
import type { AnySchema } from '../steps/any-schema.ts';

// The state machine of this release, as numbers: a later one must not change what an upgrade writes.
const failuresToFail = 6;
const shortestRestS = 30;

interface State {
  model: string;
  route: string;
  success: 0 | 1;
  timestamp: number;
  first_token_s: number | null;
  last_success_at: number | null;
  state_since: number;
  error: string | null;
  error_kind: string | null;
}

/** One entry of evidence for each model, as its latest probe found it; a skipped model gets none. */
export async function buildEvidence(db: Kysely<AnySchema>): Promise<void> {
  for (const { id, interval_min } of await listTargets(db)) {
    for (const state of await readStates(db, id)) {
      const entry = evidenceOf(state, interval_min * 60);
      await db
        .updateTable('model_states')
        .set({ evidence: JSON.stringify([entry]), recheck_at: entry.rest_until })
        .where('target_id', '=', id)
        .where('model', '=', state.model)
        .execute();
    }
  }
}

function listTargets(db: Kysely<AnySchema>) {
  return db
    .selectFrom('targets')
    .select(['id', 'interval_min'])
    .$castTo<{ id: number; interval_min: number }>()
    .execute();
}

function readStates(db: Kysely<AnySchema>, targetId: number): Promise<State[]> {
  return db
    .selectFrom('model_states')
    .select([
      'model',
      'route',
      'success',
      'timestamp',
      'first_token_s',
      'last_success_at',
      'state_since',
      'error',
      'error_kind',
    ])
    .where('target_id', '=', targetId)
    .where(sql<boolean>`error_kind is null or error_kind <> 'skipped'`)
    .$castTo<State>()
    .execute();
}

function evidenceOf(state: State, intervalS: number) {
  const { route, success, timestamp, first_token_s, last_success_at, state_since } = state;
  const isProven = success === 1;
  return {
    ...{ route, state: isProven ? 'proven' : 'failed', since: state_since, found_at: timestamp },
    proved_at: isProven ? timestamp : last_success_at,
    proved_by: isProven || last_success_at !== null ? 'probe' : null,
    ...{ first_token_s, is_wrong_answer: false, trial_at: null },
    ...(isProven ? noFailures : failuresOf(state, intervalS)),
  };
}

const noFailures = {
  ...{ failures: 0, failing_since: null, rest_until: null, error_kind: null, error: null },
};

/** A model that has failed for long rests for long, so that an upgrade doesn't ask all of them at once. */
function failuresOf({ timestamp, state_since, error_kind, error }: State, intervalS: number) {
  const longestRestS = Math.max(shortestRestS, intervalS);
  const failingS = Math.min(Math.max(shortestRestS, timestamp - state_since), longestRestS);
  const doublings = Math.ceil(Math.log2(failingS / shortestRestS));
  const restS = Math.min(shortestRestS * 2 ** doublings, longestRestS);
  return {
    failures: failuresToFail + doublings,
    failing_since: state_since,
    rest_until: timestamp + restS,
    error_kind,
    error,
  };
}
