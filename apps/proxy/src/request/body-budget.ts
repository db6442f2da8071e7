/** The memory that all request bodies together may take. */
export interface BodyBudget {
  /** False where that much is not left; else it is taken. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function createBodyBudget(limitBytes: number): BodyBudget {
  let left = limitBytes;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
  };
}
