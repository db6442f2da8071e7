const firstMs = 1000;
const mostMs = 30_000;

/** How long to wait before the attempt after `failures` failed ones; `random` (0 to 1) spreads clients. */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
