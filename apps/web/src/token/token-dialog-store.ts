import { ApiFailure, sentenceOf } from '../api/failure.ts';
import { formatSpan } from '../format/duration.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { TokenStore } from './token-store.ts';

interface TokenDialogOptions {
  tokens: TokenStore;
  language: LanguageStore;
  /** Rejects with an `ApiFailure` if the API doesn't accept the token. */
  tryToken(token: string): Promise<void>;
  onAccepted(): void;
  onForgotten(): void;
}

export function createTokenDialogStore(options: TokenDialogOptions) {
  const { tokens, language } = options;
  const messageFor = (error: unknown) => {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.status === 401 || error.status === 403) return language.t('token.wrong');
    if (error.status !== 429) return sentenceOf(error, language.translator);
    const duration = formatSpan(error.retryAfterS ?? 60, language.translator);
    return language.t('token.blocked', { duration });
  };

  return {
    isOpen: false,
    form: { token: '', remember: true },
    errors: { token: '' },
    isBusy: false,
    hasToken: tokens.read() !== null,
    get title() {
      return language.t('token.title');
    },
    open() {
      this.errors.token = '';
      this.hasToken = tokens.read() !== null;
      this.isOpen = true;
    },
    close() {
      this.isOpen = false;
      this.form.token = '';
    },
    async submit() {
      const token = this.form.token.trim();
      if (token === '' || this.isBusy) return;
      this.isBusy = true;
      this.errors.token = '';
      try {
        await options.tryToken(token);
        tokens.write(token, this.form.remember);
        this.hasToken = true;
        this.close();
        options.onAccepted();
      } catch (error) {
        this.errors.token = messageFor(error);
      } finally {
        this.isBusy = false;
      }
    },
    forget() {
      tokens.forget();
      this.hasToken = false;
      this.close();
      options.onForgotten();
    },
    /** Asks for a token because a call was refused, and says if the call's token was wrong. */
    refused(error: ApiFailure) {
      if (this.isOpen) return;
      this.open();
      if (error.status === 429 || tokens.read() !== null) this.errors.token = messageFor(error);
    },
  };
}

export type TokenDialogStore = ReturnType<typeof createTokenDialogStore>;
