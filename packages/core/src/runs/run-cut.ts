/** Why a run was cut short, with the sentence that is stored as its `error`. */
const cutSentences = {
  interrupted: 'interrupted',
  target_deleted: 'stopped: the channel was deleted',
  target_disabled: 'stopped: the channel was disabled',
  target_moved: 'stopped: the address or the key of the channel changed',
} as const;

export type RunCut = keyof typeof cutSentences;

const sentences: ReadonlySet<string | null> = new Set(Object.values(cutSentences));

/** The reason with which a run is aborted. */
export class RunCutError extends Error {
  override readonly name = 'RunCutError';
  readonly cut: RunCut;

  constructor(cut: RunCut) {
    super(cutSentences[cut]);
    this.cut = cut;
  }
}

/** The `error` of a run that was cut short. */
export function sentenceOfCut(cut: RunCut): string {
  return cutSentences[cut];
}

/** Whether a stored run was cut short: it may lack models that still exist. */
export function wasCut(run: { error: string | null }): boolean {
  return sentences.has(run.error);
}
