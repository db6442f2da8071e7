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

interface ReadCertificate {
  target_id: number;
  /** Where it was read: what another address has is nobody's business any more. */
  base_url: string;
  /** null: it couldn't be read, so what is known stays. */
  ends_at: number | null;
  nowS: number;
}

/** Writes when a channel's certificate ends. */
export async function recordCertificate(
  { kysely }: Database,
  { target_id, base_url, ends_at, nowS }: ReadCertificate,
): Promise<void> {
  await kysely
    .updateTable('targets')
    .set({
      certificate_read_at: nowS,
      ...(ends_at === null ? {} : { certificate_ends_at: ends_at }),
    })
    .where('id', '=', target_id)
    .where('base_url', '=', base_url)
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
    .execute();
  return rows.flatMap(({ target_id, ends_at }) => (ends_at === null ? [] : { target_id, ends_at }));
}
