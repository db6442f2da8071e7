import type { LookupAddress, LookupAllOptions } from 'node:dns';

/** `dns.lookup` in its form for all addresses. */
export type Lookup = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks up each name at most once at a time. `dns.lookup` reads the hosts file, but blocks one of the
 * four threads that files and passwords need too, so a name server that hangs must not take a thread
 * for each connection. No answer is kept, because names may be rebound.
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
