import { expect, test } from 'vitest';
import { type RunNote, runNoteShape, sentenceOfNotes } from './run-note.ts';

const notes: [RunNote, string][] = [
  [
    { code: 'list_failed', kind: 'auth', status: 401, message: 'HTTP 401: bad key' },
    'model list: HTTP 401: bad key',
  ],
  [{ code: 'list_emptied', models: 1 }, 'model list: it is empty, although it had 1 model'],
  [{ code: 'list_empty' }, 'the list has no models'],
  [{ code: 'none_selected', models: 1 }, 'the list no longer has the model that is selected'],
  [
    { code: 'none_selected', models: 3 },
    'the list no longer has any of the 3 models that are selected',
  ],
  [{ code: 'none_typed' }, 'no models are typed in'],
  [
    { code: 'channel_full', models: 1 },
    '1 model not asked: the channel had as many requests as it may have at a time',
  ],
  [{ code: 'over_budget', models: 3 }, '3 models not asked: the budget of the day is used up'],
  [{ code: 'not_run' }, 'not run: the budget of the day is used up'],
  [{ code: 'cut', cut: 'target_disabled' }, 'stopped: the channel was disabled'],
  [{ code: 'unexpected' }, "unexpected error; see the monitor's log"],
];

test.each(notes)('$code has a sentence', (note, sentence) => {
  expect(sentenceOfNotes([note])).toBe(sentence);
});

test('every code is among them, and several notes are one text', () => {
  const codes = runNoteShape.options.map(({ shape }) => shape.code.value);
  expect(new Set(notes.map(([{ code }]) => code))).toEqual(new Set(codes));
  expect(sentenceOfNotes([])).toBeNull();
  expect(sentenceOfNotes([{ code: 'list_empty' }, { code: 'not_run' }])).toBe(
    'the list has no models; not run: the budget of the day is used up',
  );
});
