import {
  findingsOfRequest,
  type GatewayRecord,
  type ProxyRequest,
  requestOutcomeOf,
} from '@api-monitor/core';
import type { Insertable } from 'kysely';
import { type Database, inTransaction } from '../engine/database.ts';
import { createManyInsert } from '../engine/insert-many.ts';
import { lockName, lockProxyKeys, lockTargets } from '../engine/locks.ts';
import {
  type EvidenceChange,
  writeTrafficFindings,
} from '../model-states/write-traffic-findings.ts';
import type { Schema } from '../schema.ts';
import { addFirstTokens } from './first-tokens.ts';
import { writeGatewayObjects } from './gateway-objects.ts';
import { proxyRequestCodec } from './proxy-requests.ts';
import { addToTotals } from './proxy-totals.ts';

export interface RecordedRequests {
  /** How many were new: a batch may be delivered twice. */
  recorded: number;
  /** The targets of which people or routing know something new. */
  changes: EvidenceChange[];
}

/**
 * Writes what a gateway served, all or nothing: the requests that aren't stored yet, when and where their
 * keys were last used, which objects they made, and what they show about the models.
 */
export async function recordProxyRequests(
  db: Database,
  requests: readonly GatewayRecord[],
): Promise<RecordedRequests> {
  return inTransaction(db, async (tx) => {
    // One batch after the other, so that rows become visible in the order of their ids.
    await lockName(tx.kysely, 'proxy_requests');
    const findings = new Map(requests.map((one) => [one, findingsOfRequest(one)]));
    const tried = [...findings.values()].flat().map(({ target_id }) => target_id);
    await lockTargets(tx.kysely, tried);
    const fresh = await insertNew(tx, requests);
    const served = fresh.filter(({ refused_for }) => refused_for === null);
    await touchKeys(tx, served);
    await addToTotals(tx, served);
    await addFirstTokens(tx, served);
    await writeGatewayObjects(tx, fresh);
    const shown = fresh.flatMap((one) => findings.get(one) ?? []);
    const changes = await writeTrafficFindings(tx, shown);
    return { recorded: fresh.length, changes };
  });
}

const insertRequests = createManyInsert({
  columns: proxyRequestCodec.columns.filter((name) => name !== 'id'),
  build: (kysely, rows) =>
    kysely
      .insertInto('proxy_requests')
      .values(anyValues(rows))
      .onConflict((conflict) => conflict.column('request_id').doNothing())
      .returning('request_id'),
});

async function insertNew(
  db: Database,
  requests: readonly GatewayRecord[],
): Promise<readonly GatewayRecord[]> {
  const rows = requests.map((request) =>
    proxyRequestCodec.toRow({ ...request, outcome: requestOutcomeOf(request) }),
  );
  const written = new Set<string>();
  for (const { request_id } of await insertRequests(db.kysely, rows)) written.add(request_id);
  return requests.filter(({ request_id }) => written.delete(request_id));
}

/** The cast's guarantee: only the statement's text is used, not these values. */
function anyValues(rows: readonly object[]): Insertable<Schema['proxy_requests']>[] {
  return rows as Insertable<Schema['proxy_requests']>[];
}

async function touchKeys(db: Database, requests: readonly ProxyRequest[]): Promise<void> {
  const latest = new Map<number, ProxyRequest>();
  for (const request of requests) {
    if (request.key_id === null) continue;
    const known = latest.get(request.key_id);
    if (!known || known.timestamp <= request.timestamp) latest.set(request.key_id, request);
  }
  await lockProxyKeys(db.kysely, [...latest.keys()]);
  for (const [id, { timestamp, target_id }] of latest) {
    await db.kysely
      .updateTable('proxy_keys')
      .set({
        last_used_at: timestamp,
        ...(target_id === null ? {} : { last_used_target_id: target_id }),
      })
      .where('id', '=', id)
      .where((where) =>
        where.or([where('last_used_at', 'is', null), where('last_used_at', '<=', timestamp)]),
      )
      .execute();
  }
}
