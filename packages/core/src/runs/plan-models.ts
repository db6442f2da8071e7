import type { Evidence } from '../evidence/evidence.ts';
import { longDeadS } from '../evidence/rest.ts';
import { probePlanOf } from '../probes/asking/probe-plan.ts';
import type { Target } from '../targets/target.ts';

/** What a run knows about one of its models. */
export interface PlannedModel {
  /** Of its latest probe, and since when that has been so. */
  success: boolean;
  state_since: number;
  last_success_at: number | null;
  evidence: readonly Evidence[];
}

/** What a run does with each of its models. */
export interface RunPlan {
  /** A client was served within the interval, so it isn't asked. */
  provenByTraffic: { model: string; proof: Evidence }[];
  /** Probes can't ask them, or were told not to. */
  left: string[];
  /** Dead for more than a day, and not asked by every run: their state stays. */
  resting: string[];
  /** In the order in which a tight budget is spent. */
  asked: string[];
}

interface PlanInput {
  models: readonly string[];
  known: ReadonlyMap<string, PlannedModel>;
  target: Pick<Target, 'interval_min' | 'dont_probe' | 'traffic_proves'>;
  /** Asks every model, for example because a person started the run. */
  asksAll: boolean;
  /** Whether nothing casts doubt on what was proven before the run. */
  isTrusted: boolean;
  nowS: number;
}

/** Long dead models are asked in every sixth run. */
const restingRuns = 6;

export function planModels(input: PlanInput): RunPlan {
  const plan: RunPlan = { provenByTraffic: [], left: [], resting: [], asked: [] };
  for (const model of input.models) {
    const known = input.known.get(model);
    const proof = proofByTraffic(known, input);
    if (probePlanOf(model, input.target.dont_probe) !== 'probed') plan.left.push(model);
    else if (proof) plan.provenByTraffic.push({ model, proof });
    else if (isResting(model, known, input)) plan.resting.push(model);
    else plan.asked.push(model);
  }
  return { ...plan, asked: inOrder(plan.asked, input) };
}

function proofByTraffic(known: PlannedModel | undefined, input: PlanInput): Evidence | null {
  const { target, asksAll, isTrusted, nowS } = input;
  if (asksAll || !isTrusted || !target.traffic_proves) return null;
  // Only a probe can check whether the answers are right again.
  if (known?.evidence.some(({ is_wrong_answer }) => is_wrong_answer)) return null;
  const provenSince = nowS - target.interval_min * 60;
  const proofs = (known?.evidence ?? []).filter(
    ({ state, failures, proved_by, proved_at }) =>
      state === 'proven' &&
      failures === 0 &&
      proved_by === 'traffic' &&
      (proved_at ?? 0) > provenSince,
  );
  return proofs.toSorted((a, b) => (b.proved_at ?? 0) - (a.proved_at ?? 0))[0] ?? null;
}

function isResting(model: string, known: PlannedModel | undefined, input: PlanInput): boolean {
  const { asksAll, nowS, target } = input;
  return !asksAll && isLongDead(known, nowS) && !isSixthRun(model, target.interval_min, nowS);
}

function isLongDead(known: PlannedModel | undefined, nowS: number): boolean {
  if (!known || known.success || known.evidence.some(({ state }) => state === 'proven')) {
    return false;
  }
  return nowS - known.state_since > longDeadS;
}

/** How many scheduled runs it takes until a model is asked again. */
export function runsBetweenProbes(known: PlannedModel | undefined, nowS: number): number {
  return isLongDead(known, nowS) ? restingRuns : 1;
}

/** Of six consecutive scheduled runs it is one, and not the same one for every `name`. */
export function isSixthRun(name: string, intervalMin: number, nowS: number): boolean {
  const run = Math.floor(nowS / (intervalMin * 60));
  return (run + sumOfLetters(name)) % restingRuns === 0;
}

function sumOfLetters(name: string): number {
  return [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
}

/** The model proven last comes first, because it shows best whether the channel works at all. */
function inOrder(models: readonly string[], { known, nowS }: PlanInput): string[] {
  const [best] = models.toSorted((a, b) => provedAt(known.get(b)) - provedAt(known.get(a)));
  const rankOf = (model: string) => (model === best ? -1 : placeOf(known.get(model), nowS));
  return models.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** Those that traffic wants first, then those that are alive, then new ones, and the long dead last. */
function placeOf(known: PlannedModel | undefined, nowS: number): number {
  if (!known) return 2;
  const isWanted = known.evidence.some(({ proved_by }) => proved_by === 'traffic');
  if (isLongDead(known, nowS)) return isWanted ? 4 : 5;
  if (isWanted) return 0;
  return known.success ? 1 : 3;
}

function provedAt(known: PlannedModel | undefined): number {
  const proofs = (known?.evidence ?? []).map(({ proved_at }) => proved_at ?? 0);
  return Math.max(0, known?.last_success_at ?? 0, ...proofs);
}
