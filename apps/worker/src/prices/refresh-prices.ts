import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { settingsInForce } from '@api-monitor/core';
import { readPriceDataState, readSettings, storePriceReading } from '@api-monitor/db';
import { readGenaiPrices } from '@api-monitor/prices';
import type { GuardedClient } from '@api-monitor/upstream';
import type { WorkerDeps } from '../worker-deps.ts';

interface Deps extends Pick<WorkerDeps, 'db' | 'logger' | 'givenSettings' | 'dataDir' | 'nowS'> {
  client: Pick<GuardedClient, 'fetch' | 'describeFault'>;
  stopping: AbortSignal;
}

const freshS = 6 * 3600;
const retryS = 30 * 60;
const timeoutMs = 60_000;
/** Ten times what the data takes now. */
const limitBytes = 16 * 1024 * 1024;

/** Reads newer price data from the file or address of the setting, if it's time to. */
export async function refreshPrices(deps: Deps): Promise<void> {
  const { db, givenSettings, logger, nowS } = deps;
  const { price_source: source } = settingsInForce(await readSettings(db), givenSettings);
  const known = await readPriceDataState(db);
  if (source === '') {
    if (known && known.source !== '')
      await storePriceReading(db, { source, prices: null, nowS: nowS() });
    return;
  }
  const isKnown = known?.source === source;
  const nextAt = isKnown ? known.tried_at + (known.error === null ? freshS : retryS) : 0;
  if (nowS() < nextAt) return;
  try {
    const text = /^https?:/.test(source)
      ? await fetched(deps, source)
      : await readFrom(deps, source);
    const prices = JSON.stringify(readGenaiPrices(JSON.parse(text)));
    await storePriceReading(db, { source, prices, nowS: nowS() });
    logger.info({ source }, 'price data read');
  } catch (fault) {
    // What the file or the answer contains isn't quoted: it may be anything.
    const error =
      fault instanceof ReadFault ? fault.message : 'it has no price data of the known form';
    await storePriceReading(db, { source, error, nowS: nowS() });
    logger.warn({ source, error }, 'price data not read');
  }
}

/** Why a source can't be read, in a sentence that may be shown. */
class ReadFault extends Error {}

async function fetched({ client, stopping }: Deps, url: string): Promise<string> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]);
  const headers = { accept: 'application/json' };
  try {
    const { status, body } = await client.fetch(url, { method: 'GET', headers, signal });
    if (status !== 200) {
      // Destroying it is an error that nobody else would hear.
      body.on('error', () => {}).destroy();
      throw new ReadFault(`HTTP ${status}`);
    }
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of body) {
      length += chunk.length;
      if (length > limitBytes) throw new ReadFault(`longer than ${limitBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } catch (fault) {
    if (fault instanceof ReadFault) throw fault;
    throw new ReadFault(client.describeFault(fault).message);
  }
}

/** A file in the data folder, and nowhere else. */
async function readFrom({ dataDir }: Deps, name: string): Promise<string> {
  const file = await open(join(dataDir, name)).catch(() => {
    throw new ReadFault('there is no such file in the data folder');
  });
  try {
    const { size } = await file.stat();
    if (size > limitBytes) throw new ReadFault(`longer than ${limitBytes} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
