import { expect, it } from 'vitest';
import { ApiFailure } from '../api/failure.ts';
import { translatorFor } from '../i18n/translate.ts';
import type { BoardPhase } from './board-store.ts';
import { createContact } from './contact.ts';

function setUp() {
  const board = { phase: 'loading' as BoardPhase, failure: '', staleSinceS: null as number | null };
  const refused: number[] = [];
  const clock = { nowS: 100 };
  const contact = createContact({
    board,
    tokenDialog: { refused: ({ status }) => refused.push(status) },
    language: { translator: translatorFor('en') },
    nowS: () => clock.nowS,
  });
  return { board, refused, clock, contact };
}

it('has nothing to show where the server was never heard', () => {
  const { board, contact } = setUp();
  contact.failed(new ApiFailure(503, { detail: 'the database is out of reach' }));
  expect(board).toMatchObject({ phase: 'failed', failure: 'the database is out of reach' });
});

it('calls what is shown old from when the server was last heard, until it is heard again', () => {
  const { board, clock, contact } = setUp();
  contact.heard();
  board.phase = 'ready';
  clock.nowS = 130;
  contact.failed(new ApiFailure(0));
  expect(board).toMatchObject({ phase: 'ready', staleSinceS: 100 });
  contact.heard();
  expect(board.staleSinceS).toBeNull();
});

it('asks for a token, and keeps what is shown where there is something', () => {
  const { board, refused, contact } = setUp();
  contact.failed(new ApiFailure(401, { detail: 'a token is needed' }));
  expect([board.phase, refused]).toEqual(['locked', [401]]);
  board.phase = 'ready';
  contact.failed(new ApiFailure(401, { detail: 'a token is needed' }));
  expect(board.phase).toBe('ready');
});

it('hands a mistake of ours on', () => {
  expect(() => setUp().contact.failed(new TypeError('a bug'))).toThrow('a bug');
});
