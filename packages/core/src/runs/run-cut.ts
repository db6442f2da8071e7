/** Why a run was cut short; it may lack models that still exist. */
export const runCuts = [
  'interrupted',
  'target_deleted',
  'target_disabled',
  'target_moved',
] as const;
export type RunCut = (typeof runCuts)[number];

const sentences: Readonly<Record<RunCut, string>> = {
  interrupted: 'interrupted',
  target_deleted: 'stopped: the channel was deleted',
  target_disabled: 'stopped: the channel was disabled',
  target_moved: 'stopped: the address or the key of the channel changed',
};

/** The reason with which a run is aborted. */
export class RunCutError extends Error {
  override readonly name = 'RunCutError';
  readonly cut: RunCut;

  constructor(cut: RunCut) {
    super(sentences[cut]);
    this.cut = cut;
  }
}

/** What to say about a run that was cut short. */
export function sentenceOfCut(cut: RunCut): string {
  return sentences[cut];
}
