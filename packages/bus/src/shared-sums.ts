export interface Addition {
  key: string;
  /** A whole number; 0 only asks, and less takes back what was added. */
  by: number;
  /** How long a sum is kept from its first addition on. */
  lifeS: number;
}

/** Sums over all processes, for limits that they keep together. They may be forgotten at any time. */
export interface SharedSums {
  /** Resolves to what each sum is then. Throws AppError `unavailable` where they are out of reach. */
  add(additions: readonly Addition[]): Promise<number[]>;
}
