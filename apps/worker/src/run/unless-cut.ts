import { endOfCut, RunCutError } from '@api-monitor/core';

/** The result of `work`; null if `cut` has aborted it. */
export async function unlessCut<Result>(
  cut: AbortSignal,
  work: Promise<Result>,
): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (cut.aborted) return null;
    throw error;
  }
}

/** How a run ends that was cut off. A worker that stops aborts its runs without saying why. */
export function endOfSignal({ reason }: AbortSignal) {
  const cut = reason instanceof RunCutError ? reason.cut : 'interrupted';
  return { status: 'interrupted', ...endOfCut(cut), error_kind: null } as const;
}
