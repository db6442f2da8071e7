import type { MessagePort } from 'node:worker_threads';
import { callOver } from '@api-monitor/bus';
import type { GatewayStore } from './gateway-store.ts';

/** The store at the other end of `port`, where `answerCalls` offers it. */
export function remoteGatewayStore(port: MessagePort): GatewayStore {
  const call = callOver<GatewayStore>(port);
  return {
    instanceId: () => call('instanceId'),
    masterToken: () => call('masterToken'),
    draining: () => call('draining'),
    keys: () => call('keys'),
    keyRevisions: () => call('keyRevisions'),
    settings: () => call('settings'),
    targetRevisions: () => call('targetRevisions'),
    target: (id) => call('target', id),
    priceRevision: () => call('priceRevision'),
    listPrices: (asked) => call('listPrices', asked),
    countedRequests: (sinceS) => call('countedRequests', sinceS),
    keyUse: (asks) => call('keyUse', asks),
    newestObjects: (limit) => call('newestObjects', limit),
    objects: (hashes) => call('objects', hashes),
    objectHolders: (asked) => call('objectHolders', asked),
    uploadKey: () => call('uploadKey'),
  };
}
