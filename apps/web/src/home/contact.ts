import { ApiFailure, sentenceOf } from '../api/failure.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { TokenDialogStore } from '../token/token-dialog-store.ts';
import type { BoardStore } from './board-store.ts';

interface ContactOptions {
  board: Pick<BoardStore, 'phase' | 'failure' | 'staleSinceS'>;
  tokenDialog: Pick<TokenDialogStore, 'refused'>;
  language: Pick<LanguageStore, 'translator'>;
  nowS(): number;
}

/**
 * Knows when the server was last heard, and tells the page what a failure means: a missing token,
 * nothing to show at all, or something that grows old.
 */
export function createContact({ board, tokenDialog, language, nowS }: ContactOptions) {
  let lastHeardS: number | null = null;
  return {
    heard(): void {
      lastHeardS = nowS();
      board.staleSinceS = null;
    },
    failed(error: unknown): void {
      if (!(error instanceof ApiFailure)) throw error;
      if (error.status === 401 || (error.status === 429 && lastHeardS === null)) {
        if (board.phase !== 'ready') board.phase = 'locked';
        tokenDialog.refused(error);
        return;
      }
      board.failure = sentenceOf(error, language.translator);
      if (lastHeardS === null) board.phase = 'failed';
      else board.staleSinceS = lastHeardS;
    },
  };
}
