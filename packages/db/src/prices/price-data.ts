import type { Database } from '../engine/database.ts';

/** Newer price data than what is built in, and how its last reading went. */
export interface StoredPriceData {
  /** Grows with each change of `prices`. */
  revision: number;
  /** The setting that it was read from. */
  source: string;
  /** Text, opaque here; null: nothing good has been read from the source yet. */
  prices: string | null;
  fetched_at: number | null;
  tried_at: number;
  /** What was wrong with the last reading; null: nothing. */
  error: string | null;
}

/** null: there never was any. */
export async function readPriceData({ kysely }: Database): Promise<StoredPriceData | null> {
  const columns = ['revision', 'source', 'prices', 'fetched_at', 'tried_at', 'error'] as const;
  return (await kysely.selectFrom('price_data').select(columns).executeTakeFirst()) ?? null;
}

/** The same without the data. */
export async function readPriceDataState({
  kysely,
}: Database): Promise<Omit<StoredPriceData, 'prices'> | null> {
  const columns = ['revision', 'source', 'fetched_at', 'tried_at', 'error'] as const;
  return (await kysely.selectFrom('price_data').select(columns).executeTakeFirst()) ?? null;
}

/** What one reading of the source found: data, or what was wrong. */
export type PriceReading = {
  source: string;
  nowS: number;
} /** null: nothing is read any more, so what is built in holds. */ & (
  | { prices: string | null }
  | { error: string }
);

/**
 * Keeps what was read; after a fault the last good data of the same source stays. The revision grows if
 * other data is in force than before.
 */
export async function storePriceReading(db: Database, reading: PriceReading): Promise<void> {
  const { source, nowS } = reading;
  const before = await readPriceData(db);
  const isSameSource = before?.source === source;
  const kept = isSameSource ? before.prices : null;
  const prices = 'prices' in reading ? reading.prices : kept;
  const isNew = prices !== (before?.prices ?? null);
  const row = {
    ...{ source, prices, tried_at: nowS },
    fetched_at:
      'prices' in reading && prices !== null ? nowS : isSameSource ? before.fetched_at : null,
    error: 'error' in reading ? reading.error : null,
    revision: (before?.revision ?? 0) + (isNew ? 1 : 0),
  };
  await db.kysely
    .insertInto('price_data')
    .values({ id: 1, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}
