import type { ObjectCall } from '../object-call.ts';
import { idOf, isObject } from './issued-objects.ts';

/**
 * The answer with the address of a batch's results at the gateway: SDKs ask there with the client's key.
 * Null if nothing changes. The address has no origin, and SDKs put their base URL before it.
 */
export function withOwnAddresses({ kind }: Pick<ObjectCall, 'kind'>, json: unknown) {
  if (kind !== 'message-batch' || !isObject(json) || typeof json.results_url !== 'string') {
    return null;
  }
  const id = idOf(kind, json) ?? '';
  return { ...json, results_url: `/v1/messages/batches/${encodeURIComponent(id)}/results` };
}
