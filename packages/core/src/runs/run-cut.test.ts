import { expect, test } from 'vitest';
import { RunCutError, runCuts } from './run-cut.ts';
import { endOfCut } from './run-note.ts';

test.each(runCuts)('a run that is cut as %s ends with the sentence of its reason', (cut) => {
  const { message } = new RunCutError(cut);
  expect(message).not.toBe('');
  expect(endOfCut(cut)).toEqual({ cut, notes: [{ code: 'cut', cut }], error: message });
});
