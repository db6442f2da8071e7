/** What the soak counts while it goes on, and the faults that it met. */
export interface Tally {
  count(what: string): void;
  countOf(what: string): number;
  /** Something that should not have happened; the first of each kind is kept for the report. */
  fault(kind: string, what: string): void;
  faults(): readonly { kind: string; first: string; times: number }[];
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const faults = new Map<string, { kind: string; first: string; times: number }>();
  return {
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    countOf: (what) => counts.get(what) ?? 0,
    fault(kind, what) {
      const known = faults.get(kind);
      if (known) known.times += 1;
      else faults.set(kind, { kind, first: what.slice(0, 500), times: 1 });
    },
    faults: () => [...faults.values()],
  };
}
