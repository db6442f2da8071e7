import { pick } from '../pick.ts';
import { appendPoint, type HistoryPoint, historyPointOf } from '../probes/history-point.ts';
import type { ProbeResult } from '../probes/probe-row.ts';
import type { ModelState } from './model-state.ts';
import { probedFields } from './probed-fields.ts';

type LatestProbe = Pick<ProbeResult, keyof typeof probedFields>;

/** What a model's probes show: the latest result, and the history before it. */
export interface ProbedModel
  extends LatestProbe,
    Pick<ModelState, 'last_success_at' | 'state_since' | 'wrong_answers'> {
  /** The newest points, oldest first. */
  history: HistoryPoint[];
}

type PastModel = Omit<ProbedModel, Exclude<keyof LatestProbe, 'success'>>;

/** The state after one more probe; `previous` is null before a model's first. */
export function nextModelState(previous: PastModel | null, probe: LatestProbe): ProbedModel {
  const { success, timestamp } = probe;
  const wrongBefore = previous?.wrong_answers ?? 0;
  return {
    ...pick(probe, probedFields),
    last_success_at: success ? timestamp : (previous?.last_success_at ?? null),
    wrong_answers: success ? (probe.is_wrong_answer ? wrongBefore + 1 : 0) : wrongBefore,
    state_since: previous?.success === success ? previous.state_since : timestamp,
    history: appendPoint(previous?.history ?? [], historyPointOf(probe)),
  };
}
