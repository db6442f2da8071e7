import { type Database, readPriceData, readPriceDataState } from '@api-monitor/db';
import { loadBuiltIn } from './load-built-in.ts';
import { createPriceTable, type PriceTable } from './price-table.ts';
import { tableDataSchema } from './table-data.ts';

export interface PriceSource {
  /** Of the data in force; prices that were found under another one may be out of date. */
  revision(): Promise<number>;
  /** The table in force, loaded when it's first asked for and kept until there is newer data. */
  table(): Promise<PriceTable>;
}

/** The price table in force: newer data if some is stored, else what is built in. */
export function createPriceSource(db: Database): PriceSource {
  let loaded: { revision: number; table: Promise<PriceTable> } | null = null;
  return {
    revision: () => readRevision(db),
    async table() {
      const revision = await readRevision(db);
      if (loaded?.revision !== revision) {
        const table = loadTable(db);
        loaded = { revision, table };
        // A failure isn't kept.
        table.catch(() => {
          if (loaded?.table === table) loaded = null;
        });
      }
      return loaded.table;
    },
  };
}

async function readRevision(db: Database): Promise<number> {
  return (await readPriceDataState(db))?.revision ?? 0;
}

async function loadTable(db: Database): Promise<PriceTable> {
  const prices = (await readPriceData(db))?.prices ?? null;
  return createPriceTable(
    prices === null ? await loadBuiltIn() : tableDataSchema.parse(JSON.parse(prices)),
  );
}
