/** The results of each turn in each round, by name. */
export type Rounds<Result> = ReadonlyMap<string, readonly Result[]>;

/**
 * Measures every turn in every round, one after the other (A B C A B C …), so that a machine that is slow
 * for a while slows all of them. The first round warms up and doesn't count.
 */
export async function takeTurns<Turn extends { name: string }, Result>(
  turns: readonly Turn[],
  rounds: number,
  measure: (turn: Turn) => Promise<Result>,
): Promise<Rounds<Result>> {
  const results = new Map(turns.map(({ name }): [string, Result[]] => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const turn of turns) {
      const result = await measure(turn);
      if (round >= 0) results.get(turn.name)?.push(result);
    }
  }
  return results;
}

/** One number of each result. */
export function valuesOf<Result>(
  rounds: Rounds<Result>,
  pick: (result: Result) => number,
): ReadonlyMap<string, readonly number[]> {
  return new Map([...rounds].map(([name, results]) => [name, results.map(pick)]));
}
