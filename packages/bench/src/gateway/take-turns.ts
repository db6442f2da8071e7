/** What each of them measured, round by round. */
export type Rounds<Name extends string, Result> = Record<Name, Result[]>;

/**
 * Lets all measure in every round, one after the other (A B C A B C …), so that a machine that is
 * slow for a while is slow for all; the first round warms up and doesn't count.
 */
export async function takeTurns<Name extends string, Result>(
  names: readonly Name[],
  rounds: number,
  measure: (name: Name) => Promise<Result>,
): Promise<Rounds<Name, Result>> {
  const results = new Map(names.map((name): [Name, Result[]] => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const name of names) {
      const result = await measure(name);
      if (round >= 0) results.get(name)?.push(result);
    }
  }
  return recordOf(results);
}

/** Every name has an entry, for the map was made of all of them. */
export function recordOf<Name extends string, Value>(
  map: ReadonlyMap<Name, Value>,
): Record<Name, Value> {
  return Object.fromEntries(map) as Record<Name, Value>;
}
