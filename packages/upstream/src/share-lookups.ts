import type { LookupAddress, LookupAllOptions } from 'node:dns';

/** `dns.lookup` in its form for all addresses. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Asks for each name at most once at a time. `dns.lookup` knows the hosts file, but blocks one of the
 * four threads that files and passwords need too, so that a channel whose name server hangs must not
 * take one for each of its connections. No answer is kept: names may be rebound.
 */
export function shareLookups(lookup: Lookup): Lookup {
  const waiting = new Map<string, Parameters<Lookup>[2][]>();
  return (hostname, options, callback) => {
    const key = `${hostname} ${options.family ?? 0} ${options.hints ?? 0}`;
    const others = waiting.get(key);
    if (others) {
      others.push(callback);
      return;
    }
    const callbacks = [callback];
    waiting.set(key, callbacks);
    lookup(hostname, options, (error, addresses) => {
      waiting.delete(key);
      for (const answer of callbacks) answer(error, addresses);
    });
  };
}
