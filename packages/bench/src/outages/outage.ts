export const ways = ['reset', '503', '429, Retry-After: 1', '429', 'silence'] as const;
export type Way = (typeof ways)[number];

/** One row of the table. */
export interface Outage {
  /** In the paths of its channels. */
  name: string;
  model: string;
  way: Way;
  lastsS: number;
  /** How many channels have the model; only the first one fails. */
  channels: 1 | 2;
  /** Whether it is going on now. */
  isOut: boolean;
}

export function outagesOf(lastsS: number): Outage[] {
  return ([1, 2] as const).flatMap((channels) =>
    ways.map((way, index) => {
      const name = `${way.replaceAll(/\W+/g, '-')}-${channels}-${lastsS * 1000}`.toLowerCase();
      const model = `m-${channels}-${index}-${lastsS * 1000}`;
      return { name, model, way, lastsS, channels, isOut: false };
    }),
  );
}

/** By gateway.md: seconds from an outage's start within which it must be over for clients. */
const goalsS: Record<number, number> = { 0.2: 3, 1: 3, 5: 10 };

/** Whether a row is as it should be; null if nothing is demanded of it. */
export function meetsGoal(
  { lastsS, channels }: Outage,
  { failed, overAfterS }: { failed: number; overAfterS: number },
): boolean | null {
  if (channels === 2) return failed === 0;
  const goalS = goalsS[lastsS];
  return goalS === undefined ? null : lastsS + overAfterS <= goalS;
}
