import { ApiFailure, sentenceOf } from '../api/failure.ts';
import type { TokenStore } from '../api/token-store.ts';
import { formatSpan } from '../format/duration.ts';
import type { LanguageStore } from './language-store.ts';

export interface TokenDialogStore {
  isOpen: boolean;
  token: string;
  remember: boolean;
  message: string;
  isBusy: boolean;
  hasToken: boolean;
  open(): void;
  close(): void;
  submit(): Promise<void>;
  forget(): void;
  /** A call was refused: asks for a token, and says so where one was sent. */
  refused(error: ApiFailure): void;
}

interface TokenDialogOptions {
  tokens: TokenStore;
  language: LanguageStore;
  /** Rejects with an `ApiFailure` where the api does not accept the token. */
  tryToken(token: string): Promise<void>;
  onAccepted(): void;
  onForgotten(): void;
}

export function createTokenDialogStore(options: TokenDialogOptions): TokenDialogStore {
  const { tokens, language } = options;
  const messageFor = (error: unknown) => {
    const { translator } = language;
    if (!(error instanceof ApiFailure)) throw error;
    if (error.status === 401 || error.status === 403) return translator.t('token.wrong');
    if (error.status !== 429) return sentenceOf(error, translator);
    const duration = formatSpan(error.retryAfterS ?? 60, translator);
    return translator.t('token.blocked', { duration });
  };

  return {
    isOpen: false,
    token: '',
    remember: true,
    message: '',
    isBusy: false,
    hasToken: tokens.read() !== null,
    open() {
      this.message = '';
      this.hasToken = tokens.read() !== null;
      this.isOpen = true;
    },
    close() {
      this.isOpen = false;
      this.token = '';
    },
    async submit() {
      const token = this.token.trim();
      if (token === '' || this.isBusy) return;
      this.isBusy = true;
      this.message = '';
      try {
        await options.tryToken(token);
        tokens.write(token, this.remember);
        this.hasToken = true;
        this.close();
        options.onAccepted();
      } catch (error) {
        this.message = messageFor(error);
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
    refused(error) {
      if (this.isOpen) return;
      this.open();
      if (error.status === 429 || tokens.read() !== null) this.message = messageFor(error);
    },
  };
}
