import type { Addition } from '@api-monitor/bus';
import {
  type BudgetCalendar,
  type BudgetLimit,
  type BudgetUnit,
  type BudgetUse,
  budgetCalendarOf,
  budgetUnits,
  recordOf,
  type Span,
} from '@api-monitor/core';

/** A key's budgets; they are counted from the start again with each revision. */
export interface KeyBudget {
  limits: readonly BudgetLimit[];
  /** Where days and months begin. */
  zone: string;
  revision: number;
}

/** One limit, and what is used of it. Money is in millionths here, so that gateways share whole numbers. */
export interface Meter extends BudgetLimit {
  span: Span;
  /** The most that one request here has used. */
  largest: number;
  /** By all gateways, as last heard. */
  known: number;
  /** Here, since then. */
  unsent: number;
}

/** What running requests may use. */
interface Reserved {
  here: number;
  /** How much of `here` the other gateways know in this minute. */
  shared: number;
  elsewhere: number;
}

/** Why a request is refused, with the limit that decides. */
export type BudgetRefusal =
  /** Nothing is left until then; null: for good. */
  | { fault: 'used_up'; of: BudgetLimit; resetsAtS: number | null }
  /** What is left is reserved for requests that haven't ended. */
  | { fault: 'under_way'; of: BudgetLimit };

/** What a request may use; `cost` null: its price is unknown. */
export interface Wanted {
  tokens: number;
  cost: number | null;
  /** Whether it costs nothing, however large it turns out to be. */
  isFree: () => boolean;
}

/** What is used of a limit, as its owner is told. */
export interface MeterReading extends BudgetLimit {
  used: number;
  startsAtS: number;
  /** null: never. */
  resetsAtS: number | null;
}

/** How many of a meter's units are one of the owner's. */
export const perUnit: Readonly<BudgetUse> = { cost: 1_000_000, requests: 1, tokens: 1 };

/** Longer than a period lasts, but a total, which is raised again if it was forgotten. */
const sumLifeS = { day: 2 * 86_400, month: 33 * 86_400, total: 33 * 86_400 } as const;
/** Another gateway that used a budget within this time may use it now. */
const sharedS = 60;
/** How many requests of several gateways may begin before each has heard of the others. */
const fewRequests = 10;
/** Reservations are renewed each minute, so those of a gateway that died end. */
const reservedLifeS = 180;

/** What one key has used of its budgets, at all gateways. */
export class BudgetAccount {
  readonly keyId: number;
  readonly budget: KeyBudget;
  readonly meters: readonly Meter[];
  /** The reservations outlive a change of the budget. */
  readonly reserved: Record<BudgetUnit, Reserved>;
  /** Whether it matters how large a request is. */
  readonly areSizesLimited: boolean;
  /** When a request last asked for it. */
  askedAtS = Number.NEGATIVE_INFINITY;
  readonly #calendar: BudgetCalendar;
  #minute: number;
  #othersAtS = Number.NEGATIVE_INFINITY;

  constructor(keyId: number, budget: KeyBudget, nowS: number, before?: BudgetAccount) {
    this.keyId = keyId;
    this.budget = budget;
    this.#calendar = budgetCalendarOf(budget.zone);
    this.meters = budget.limits.map((limit) => {
      const span = this.#calendar(limit.period, nowS);
      const same = before?.meters.find(
        ({ unit, period, span: { startS } }) =>
          unit === limit.unit && period === limit.period && startS === span.startS,
      );
      return {
        ...limit,
        span,
        known: same ? usedOf(same) : 0,
        unsent: 0,
        largest: same?.largest ?? 0,
      };
    });
    this.reserved =
      before?.reserved ?? recordOf(budgetUnits, () => ({ here: 0, shared: 0, elsewhere: 0 }));
    if (before) this.askedAtS = before.askedAtS;
    this.#minute = before ? before.#minute : 0;
    this.areSizesLimited = budget.limits.some(({ unit }) => unit !== 'requests');
  }

  /** Begins new periods, or former ones if the clock was set back; returns whether one has begun. */
  turn(nowS: number): boolean {
    let hasTurned = false;
    for (const meter of this.meters) {
      const { startS, endS } = meter.span;
      if (nowS >= startS && (endS === null || nowS < endS)) continue;
      Object.assign(meter, { span: this.#calendar(meter.period, nowS), known: 0, unsent: 0 });
      hasTurned = true;
    }
    return hasTurned;
  }

  /**
   * Whether a request may begin. If no other request of the key runs, it may as long as anything is left;
   * otherwise what it may use must fit beside what is reserved.
   */
  refusalOf(wanted: () => Wanted): BudgetRefusal | null {
    const usedUp = this.meters.filter(
      (meter) => isUsedUp(meter, this.reserved) && !(meter.unit === 'cost' && wanted().isFree()),
    );
    const [last] = usedUp.sort((a, b) => resetOf(b) - resetOf(a));
    if (last) return { fault: 'used_up', of: limitOf(last), resetsAtS: last.span.endS };
    const full = this.meters.find((meter) => {
      const reserved = sumOf(this.reserved[meter.unit]);
      if (meter.unit === 'requests' || reserved === 0) return false;
      const more = (wanted()[meter.unit] ?? 0) * perUnit[meter.unit];
      return more > 0 && usedOf(meter) + reserved + more > allowedBy(meter);
    });
    return full ? { fault: 'under_way', of: limitOf(full) } : null;
  }

  /** Whether other gateways have used it within the last minute. */
  isShared(nowS: number): boolean {
    return nowS - this.#othersAtS < sharedS;
  }

  /** Whether a few more requests may use up a budget. */
  isNearEnd(): boolean {
    return this.meters.some((meter) => {
      const left = allowedBy(meter) - usedOf(meter) - sumOf(this.reserved[meter.unit]);
      return left <= meter.largest * fewRequests;
    });
  }

  reserve({ tokens, cost }: Omit<Wanted, 'isFree'>): BudgetUse {
    const reserved = { requests: 1, tokens, cost: Math.ceil((cost ?? 0) * perUnit.cost) };
    for (const unit of budgetUnits) this.reserved[unit].here += reserved[unit];
    return reserved;
  }

  /** `reserved`: what `reserve` returned. A request counts in the period in which it arrived. */
  settle(reserved: BudgetUse, used: BudgetUse, arrivedAtS: number): void {
    for (const unit of budgetUnits) this.reserved[unit].here -= reserved[unit];
    for (const meter of this.meters) {
      const more = used[meter.unit] * perUnit[meter.unit];
      if (arrivedAtS >= meter.span.startS) meter.unsent += more;
      meter.largest = Math.max(meter.largest, more);
    }
  }

  /** What is to be sent to the other gateways, and what is then to be done with each sum. */
  *additions(nowS: number): Generator<{ addition: Addition; hear: (sum: number) => void }> {
    const { keyId, budget } = this;
    const name = `budget:${keyId}:${budget.revision}`;
    for (const meter of this.meters) {
      const { unit, period, span, known } = meter;
      const by = Math.trunc(meter.unsent);
      const key = `${name}:${period}:${span.startS}:${unit}`;
      const atLeast = Math.floor(known);
      const hear = (sum: number) => {
        // Meanwhile, another period may have begun.
        if (meter.span !== span) return;
        meter.unsent -= by;
        if (sum > Math.floor(meter.known) + by) this.#othersAtS = nowS;
        meter.known = Math.max(meter.known, sum);
      };
      yield { addition: { key, by, lifeS: sumLifeS[period], atLeast }, hear };
    }
    const minute = Math.floor(nowS / 60);
    if (minute !== this.#minute) {
      for (const unit of budgetUnits)
        Object.assign(this.reserved[unit], { shared: 0, elsewhere: 0 });
      this.#minute = minute;
    }
    for (const unit of new Set(this.meters.map((meter) => meter.unit))) {
      const count = this.reserved[unit];
      const by = count.here - count.shared;
      const key = `budget:${keyId}:reserved:${unit}:${minute}`;
      const hear = (sum: number) => {
        if (this.#minute !== minute) return;
        count.shared += by;
        count.elsewhere = Math.max(0, sum - count.shared);
        if (count.elsewhere > 0) this.#othersAtS = nowS;
      };
      yield { addition: { key, by, lifeS: reservedLifeS }, hear };
    }
  }

  readings(): MeterReading[] {
    return this.meters.map((meter) => ({
      ...limitOf(meter),
      used: usedOf(meter) / perUnit[meter.unit],
      startsAtS: meter.span.startS,
      resetsAtS: meter.span.endS,
    }));
  }
}

/** Running requests count as such: they can't turn out to be fewer. */
function isUsedUp(meter: Meter, reserved: BudgetAccount['reserved']): boolean {
  const running = meter.unit === 'requests' ? sumOf(reserved.requests) : 0;
  return usedOf(meter) + running >= allowedBy(meter);
}

function resetOf({ span: { endS } }: Meter): number {
  return endS ?? Number.MAX_VALUE;
}

function allowedBy({ unit, limit }: Meter): number {
  return limit * perUnit[unit];
}

function usedOf({ known, unsent }: Meter): number {
  return known + unsent;
}

function limitOf({ unit, period, limit }: Meter): BudgetLimit {
  return { unit, period, limit };
}

function sumOf({ here, elsewhere }: Reserved): number {
  return here + elsewhere;
}
