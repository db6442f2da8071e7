import { ApiFailure, sentenceOf } from '../api/failure.ts';
import type { LanguageStore } from '../shell/language-store.ts';

/** What a form or a list shows of a call under way. */
export interface Attempting {
  isBusy: boolean;
  /** Why the last one failed, as a sentence. */
  failure: string;
}

/** Makes a call for a form: one at a time, its failure as a sentence. Answers whether all went well. */
export type Attempt = (form: Attempting, call: () => Promise<void>) => Promise<boolean>;

interface AttemptOptions {
  language: LanguageStore;
  /** The session is over. */
  onLoggedOut(): void;
}

export function createAttempt({ language, onLoggedOut }: AttemptOptions): Attempt {
  return async (form, call) => {
    if (form.isBusy) return false;
    form.isBusy = true;
    form.failure = '';
    try {
      await call();
      return true;
    } catch (error) {
      form.failure = sentenceOf(error, language.translator);
      if (isLoggedOut(error)) onLoggedOut();
      return false;
    } finally {
      form.isBusy = false;
    }
  };
}

/** A wrong code is a 401 too, but one with a reason. */
function isLoggedOut(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 401 && error.reason === null;
}
