import { expect, test } from 'vitest';
import { RunCutError, sentenceOfCut, wasCut } from './run-cut.ts';

test.each(['interrupted', 'target_deleted', 'target_disabled', 'target_moved'] as const)(
  'a run that was cut as %s is known by its stored error',
  (cut) => {
    expect(new RunCutError(cut)).toMatchObject({ cut, message: sentenceOfCut(cut) });
    expect(wasCut({ error: sentenceOfCut(cut) })).toBe(true);
  },
);

test('a run that failed or completed was not cut', () => {
  for (const error of [null, 'HTTP 401: no', 'stopped: the disk is full']) {
    expect(wasCut({ error })).toBe(false);
  }
});
