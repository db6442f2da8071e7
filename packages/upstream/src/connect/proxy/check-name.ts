import { isIP } from 'node:net';
import { type AddressGuard, AddressRefusedError } from '../guard-address.ts';
import type { Lookup } from '../share-lookups.ts';

/** A name that only the proxy can resolve isn't waited for. */
const lookupLimitMs = 1_000;
/** Names by which clouds offer their metadata, which a proxy would resolve within its own. */
const metadataNames: ReadonlySet<string> = new Set([
  ...['metadata', 'metadata.google.internal', 'metadata.goog', 'metadata.tencentyun.com'],
  ...['instance-data', 'instance-data.ec2.internal'],
]);
/** Name servers that block a name often answer with these, and then the proxy knows better. */
const blockedAnswers: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Rejects with AddressRefusedError if a channel's host may not be reached. */
export type NameCheck = (hostname: string) => Promise<void>;

/**
 * Checks the host of a channel behind a proxy. The proxy resolves the name, so what it connects to can't be
 * seen from here; an address is refused as always, and a name if it resolves to a refused address here.
 */
export function createNameCheck(guard: AddressGuard, lookup: Lookup): NameCheck {
  return async (hostname) => {
    const name = hostname.replace(/\.$/, '').toLowerCase();
    if (metadataNames.has(name)) throw new AddressRefusedError(`name not allowed: ${hostname}`);
    if (isIP(name)) {
      const refusal = guard(name);
      if (refusal) throw new AddressRefusedError(refusal);
      return;
    }
    for (const address of await addressesOf(hostname, lookup)) {
      const refusal = blockedAnswers.has(address) ? null : guard(address);
      if (refusal) throw new AddressRefusedError(`${refusal} (${hostname})`);
    }
  };
}

/** Empty if the name can't be resolved here, or not soon. */
function addressesOf(hostname: string, lookup: Lookup): Promise<string[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), lookupLimitMs);
    lookup(hostname, { all: true }, (_error, addresses) => {
      clearTimeout(timer);
      resolve((addresses ?? []).map(({ address }) => address));
    });
  });
}
