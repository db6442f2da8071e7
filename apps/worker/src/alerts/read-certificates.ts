import type { Target } from '@api-monitor/core';
import {
  getTarget,
  listCertificatesDue,
  recordCertificate,
  upstreamTargetOf,
} from '@api-monitor/db';
import type { WorkerDeps } from '../worker-deps.ts';

type Deps = Pick<WorkerDeps, 'db' | 'upstream' | 'nowS' | 'stopping'>;

/** How many certificates are read in one turn, one after the other. */
const mostAtOnce = 20;
const timeoutMs = 10_000;

/**
 * Reads when the certificates of channels end, each on a new connection that is made like those of its
 * probes, and stores it. Nothing is sent but the handshake.
 */
export async function readCertificates(deps: Deps): Promise<void> {
  const { db, nowS, stopping } = deps;
  for (const target_id of await listCertificatesDue(db, { nowS: nowS(), limit: mostAtOnce })) {
    const target = await getTarget(db, target_id);
    if (!target) continue;
    // A channel that can't be reached has alerts of its own.
    const ends_at = await readEnd(deps, target).catch(() => null);
    if (stopping.aborted) return;
    const { base_url } = target;
    await recordCertificate(db, { target_id, base_url, ends_at, nowS: nowS() });
  }
}

async function readEnd({ db, upstream, stopping }: Deps, target: Target): Promise<number | null> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]);
  return upstream.certificateEnd(upstreamTargetOf(db, target), signal);
}
