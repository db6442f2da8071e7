import type { Database } from '../engine/database.ts';

const dayS = 86_400;
/** How old may be what is known of a certificate, and of one that ends soon, which may be renewed. */
const freshS = dayS / 2;
const freshSoonS = 3600;
const soonS = 31 * dayS;

/** The channels whose certificate is to be read now, those that were never asked first. */
export async function listCertificatesDue(
  { kysely }: Database,
  { nowS, limit }: { nowS: number; limit: number },
): Promise<number[]> {
  const rows = await kysely
    .selectFrom('targets')
    .select('id')
    .where('deleted_at', 'is', null)
    .where('enabled', '=', 1)
    .where('verify_ssl', '=', 1)
    .where('base_url', 'like', 'https:%')
    .where((where) =>
      where.or([
        where('certificate_read_at', 'is', null),
        where('certificate_read_at', '<', nowS - freshS),
        where.eb('certificate_read_at', '<', where.ref('updated_at')),
        where.and([
          where('certificate_read_at', '<', nowS - freshSoonS),
          where('certificate_ends_at', '<', nowS + soonS),
        ]),
      ]),
    )
    .orderBy((order) => order.fn.coalesce('certificate_read_at', order.val(0)))
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Writes when a channel's certificate ends; `ends_at` null: it couldn't be read, so what is known stays. */
export async function recordCertificate(
  { kysely }: Database,
  { target_id, ends_at, nowS }: { target_id: number; ends_at: number | null; nowS: number },
): Promise<void> {
  await kysely
    .updateTable('targets')
    .set({
      certificate_read_at: nowS,
      ...(ends_at === null ? {} : { certificate_ends_at: ends_at }),
    })
    .where('id', '=', target_id)
    .execute();
}

/** When the certificates of channels end that end before a time. */
export async function listCertificates(
  { kysely }: Database,
  { before }: { before: number },
): Promise<{ target_id: number; ends_at: number }[]> {
  const rows = await kysely
    .selectFrom('targets')
    .select(['id as target_id', 'certificate_ends_at as ends_at'])
    .where('deleted_at', 'is', null)
    .where('enabled', '=', 1)
    .where('verify_ssl', '=', 1)
    .where('certificate_ends_at', '<', before)
    .whereRef('certificate_read_at', '>=', 'updated_at')
    .execute();
  return rows.flatMap(({ target_id, ends_at }) => (ends_at === null ? [] : { target_id, ends_at }));
}
