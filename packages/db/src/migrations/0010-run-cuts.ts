import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { AnySchema } from './steps/any-schema.ts';

/** The sentences with which earlier versions ended a run that was cut short. */
const cutBySentence = {
  interrupted: 'interrupted',
  deleted: 'target_deleted',
  'stopped: the channel was deleted': 'target_deleted',
  'stopped: the channel was disabled': 'target_disabled',
  'stopped: the address or the key of the channel changed': 'target_moved',
};

/** Why a run was cut short, as a code, so that nothing depends on the words of its error. */
export const runCuts: Migration = {
  async up(db: Kysely<AnySchema>) {
    await db.schema.alterTable('runs').addColumn('cut', 'text').execute();
    for (const [error, cut] of Object.entries(cutBySentence)) {
      await db
        .updateTable('runs')
        .set({ cut })
        .where('status', '=', 'error')
        .where('error', '=', error)
        .execute();
    }
  },
};
