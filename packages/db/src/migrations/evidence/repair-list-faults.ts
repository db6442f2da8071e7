import type { Kysely } from 'kysely';
import type { AnySchema } from '../steps/any-schema.ts';

/** The statuses that leave no doubt about the kind of a fault. */
const kindByStatus = {
  401: 'auth',
  402: 'quota',
  404: 'not_found',
  429: 'rate_limit',
  500: 'upstream',
  502: 'upstream',
  503: 'upstream',
};

/** Classifies why a channel's list could not be read, if its stored sentence begins with the status. */
export async function repairListFaults(db: Kysely<AnySchema>): Promise<void> {
  for (const [status, last_error_kind] of Object.entries(kindByStatus)) {
    await db
      .updateTable('targets')
      .set({ last_error_kind })
      .where('last_status', '=', 'error')
      .where((where) =>
        where.or([
          where('last_error', '=', `HTTP ${status}`),
          where('last_error', 'like', `HTTP ${status}:%`),
        ]),
      )
      .execute();
  }
}
