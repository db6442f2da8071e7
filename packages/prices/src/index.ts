export { loadBuiltIn } from './load-built-in.ts';
export { createPriceSource, type PriceSource } from './price-source.ts';
export { createPriceTable, type PriceTable } from './price-table.ts';
export { createPricer, type Pricer } from './pricer.ts';
export { readGenaiPrices } from './read-genai-prices.ts';
export { type TableData, tableDataSchema } from './table-data.ts';
