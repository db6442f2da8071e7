import { type SpentPoint, spentAt } from './spending.ts';

// Browsers import this file, so it must not import zod at run time.

/** What requests cost by our own counts in an hour, in credited units, at list price × multiplier. */
export interface CountedHour {
  /** The hour's start, in Unix seconds. */
  hour: number;
  credits: number;
  /** Requests whose cost isn't known, because no price or no usage is. */
  unpriced: number;
}

/** A stretch of time in which both sides are known. */
export interface ClosedBook {
  from: number;
  to: number;
  /** By how much the balance fell, without top-ups, and what our own counts explain. */
  charged: number;
  counted: number;
}

/** A difference that lasts. */
export interface BookDifference extends ClosedBook {
  /** Charged for each unit counted. */
  ratio: number;
}

const hourS = 3600;
/** What a day of traffic is judged by. */
const judgedS = 24 * hourS;
/** A stretch has as many hours as it takes for this to be counted: balances are rounded to cents. */
const leastCounted = 0.05;
/** A poll is up to half an hour from the hour's end. */
const leastHours = 2;
const fewestBlocks = 5;
/** Smaller differences aren't shown. */
const tolerance = 0.1;
/** How many standard errors a ratio must be beyond the tolerance: an honest relay isn't, by chance. */
const certainty = 3;
/** How many of the stretches must differ to the same side. */
const sameSide = 0.75;
/** Balances that are told for longer than this can't be compared by the hour. */
const longestGapS = 3 * hourS;

/** What was charged between two times; null if the balance wasn't followed closely enough. */
function chargedIn(points: readonly SpentPoint[], from: number, to: number): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first.at > from || last.at < to) return null;
  return spentAt(points, to) - spentAt(points, from);
}

/**
 * The books of the last day: whether what the relay took differs from what our own counts explain, by more
 * than 10 % and by more than chance. null if it doesn't, or if too little is known: stretches with requests
 * that have no price, or in which the balance wasn't told, are left out. Both sides are in credited units.
 */
export function findBookDifference(
  spent: readonly SpentPoint[],
  hours: readonly CountedHour[],
  nowS: number,
): BookDifference | null {
  const blocks = closedBlocks(spent, hours, nowS);
  if (blocks.length < fewestBlocks) return null;
  const charged = sumOf(blocks, 'charged');
  const counted = sumOf(blocks, 'counted');
  const ratio = charged / counted;
  const error = standardError(blocks, ratio, counted);
  const isOver = ratio - certainty * error > 1 + tolerance;
  const isUnder = underRatio(spent, blocks, counted) + certainty * error < 1 - tolerance;
  if (!isOver && !isUnder) return null;
  const agreeing = blocks.filter((one) =>
    isOver ? one.charged > one.counted : one.charged < one.counted,
  );
  if (agreeing.length < sameSide * blocks.length) return null;
  const [from, to] = [blocks[0]?.from ?? nowS, blocks.at(-1)?.to ?? nowS];
  return { from, to, charged, counted, ratio };
}

/**
 * What was charged up to the last balance for each unit counted; infinite if it was followed for less than a
 * day. Some relays settle once a day, so that less is charged than was counted until then.
 */
function underRatio(
  spent: readonly SpentPoint[],
  blocks: readonly ClosedBook[],
  counted: number,
): number {
  const [first, last] = [spent[0], spent.at(-1)];
  const from = blocks[0]?.from ?? 0;
  if (!first || !last || last.at - first.at < judgedS) return Number.POSITIVE_INFINITY;
  return (last.spent - spentAt(spent, from)) / counted;
}

/** Of a ratio of sums over stretches (Cochran, Sampling Techniques, 6.4). */
function standardError(blocks: readonly ClosedBook[], ratio: number, counted: number): number {
  const squares = blocks.reduce((sum, one) => sum + (one.charged - ratio * one.counted) ** 2, 0);
  const count = blocks.length;
  return Math.sqrt((squares * count) / (count - 1)) / counted;
}

/** Stretches of whole hours of the last day, oldest first, each with enough counted to be compared. */
function closedBlocks(
  spent: readonly SpentPoint[],
  hours: readonly CountedHour[],
  nowS: number,
): ClosedBook[] {
  const byHour = new Map(hours.map((one) => [one.hour, one]));
  const end = Math.floor(Math.min(nowS, spent.at(-1)?.at ?? 0) / hourS) * hourS;
  const start = Math.max(end - judgedS, Math.ceil((spent[0]?.at ?? end) / hourS) * hourS);
  const blocks: ClosedBook[] = [];
  let block = { from: start, counted: 0, hours: 0 };
  for (let hour = start; hour < end; hour += hourS) {
    const { credits = 0, unpriced = 0 } = byHour.get(hour) ?? {};
    const isKnown = unpriced === 0 && gapAround(spent, hour) <= longestGapS;
    if (!isKnown) {
      block = { from: hour + hourS, counted: 0, hours: 0 };
      continue;
    }
    block = { from: block.from, counted: block.counted + credits, hours: block.hours + 1 };
    if (block.hours < leastHours || block.counted < leastCounted) continue;
    const to = hour + hourS;
    const charged = chargedIn(spent, block.from, to);
    if (charged !== null) blocks.push({ from: block.from, to, charged, counted: block.counted });
    block = { from: to, counted: 0, hours: 0 };
  }
  return blocks;
}

/** How far apart the points are between which the hour is. */
function gapAround(points: readonly SpentPoint[], hour: number): number {
  const after = points.findIndex(({ at }) => at >= hour + hourS);
  const before = points.findLastIndex(({ at }) => at <= hour);
  const inside = points.slice(Math.max(0, before), after < 0 ? undefined : after + 1);
  return inside.reduce(
    (longest, { at }, index) => Math.max(longest, at - (inside[index - 1]?.at ?? at)),
    0,
  );
}

function sumOf(blocks: readonly ClosedBook[], name: 'charged' | 'counted'): number {
  return blocks.reduce((sum, one) => sum + one[name], 0);
}

/** Both sides of each day (UTC) in which the balance was followed, oldest first, in whole hours. */
export function bookDays(
  spent: readonly SpentPoint[],
  hours: readonly CountedHour[],
): (ClosedBook & { unpriced: number })[] {
  const [first, last] = [spent[0], spent.at(-1)];
  if (!first || !last) return [];
  const dayS = 24 * hourS;
  const days: (ClosedBook & { unpriced: number })[] = [];
  for (let day = Math.floor(first.at / dayS) * dayS; day < last.at; day += dayS) {
    const from = Math.max(day, Math.ceil(first.at / hourS) * hourS);
    const to = Math.min(day + dayS, Math.floor(last.at / hourS) * hourS);
    if (to <= from) continue;
    const own = hours.filter(({ hour }) => hour >= from && hour < to);
    const charged = spentAt(spent, to) - spentAt(spent, from);
    const counted = own.reduce((sum, { credits }) => sum + credits, 0);
    const unpriced = own.reduce((sum, one) => sum + one.unpriced, 0);
    days.push({ from, to, charged, counted, unpriced });
  }
  return days;
}
