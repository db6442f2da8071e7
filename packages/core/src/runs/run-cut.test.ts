import { expect, test } from 'vitest';
import { endOfCut, RunCutError, runCuts } from './run-cut.ts';

test.each(runCuts)('a run that is cut as %s ends with the sentence of its reason', (cut) => {
  const { message } = new RunCutError(cut);
  expect(message).not.toBe('');
  expect(endOfCut(cut)).toEqual({ cut, error: message });
});
