import { sql } from 'kysely';

/** For an update of a row that gateways follow: one more than the row's revision was. */
export const nextRevision = sql<number>`revision + 1`;
