import type { ErrorKind } from '../probes/error-kind.ts';

/** What is kept of a model's latest probe and of its traffic. */
interface ModelEvidence {
  success: boolean;
  error_kind: ErrorKind | null;
  first_token_s: number | null;
  live_first_byte_s: number | null;
}

/** What that proves to whoever chooses a channel. */
export interface Proof {
  /** null: no chat model, it is not probed. */
  is_alive: boolean | null;
  /** Seconds; of live traffic where there was any, for it is measured more often. */
  first_byte_s: number | null;
}

export function proofOf(state: ModelEvidence): Proof {
  return {
    is_alive: state.error_kind === 'skipped' ? null : state.success,
    first_byte_s: state.live_first_byte_s ?? state.first_token_s,
  };
}
