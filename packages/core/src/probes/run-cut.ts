/** Why a run ended before its time, with the sentence that the run's `error` then holds. */
const cutSentences = {
  interrupted: 'interrupted',
  target_deleted: 'stopped: the channel was deleted',
  target_disabled: 'stopped: the channel was disabled',
  target_moved: 'stopped: the address or the key of the channel changed',
} as const;

export type RunCut = keyof typeof cutSentences;

const sentences: ReadonlySet<string | null> = new Set(Object.values(cutSentences));

/** What aborts a run. */
export class RunCutError extends Error {
  override readonly name = 'RunCutError';
  readonly cut: RunCut;

  constructor(cut: RunCut) {
    super(cutSentences[cut]);
    this.cut = cut;
  }
}

/** The error that a run is stored with if it was cut. */
export function sentenceOfCut(cut: RunCut): string {
  return cutSentences[cut];
}

/** Whether a stored run was cut, so that it says nothing of what it didn't probe. */
export function wasCut(run: { error: string | null }): boolean {
  return sentences.has(run.error);
}
