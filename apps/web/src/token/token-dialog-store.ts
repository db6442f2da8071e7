import { ApiFailure, sentenceOf } from '../api/failure.ts';
import { formatSpan } from '../format/duration.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { Login, SignIn } from './sign-in.ts';

interface TokenDialogOptions {
  signIn: SignIn;
  language: LanguageStore;
  /** Rejects with an `ApiFailure` if the API doesn't accept the token. */
  logIn(login: Login): Promise<void>;
  logOut(): Promise<void>;
  /** Called after a login and a logout. */
  onChange(): void;
}

export function createTokenDialogStore(options: TokenDialogOptions) {
  const { signIn, language } = options;
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
    hasToken: signIn.isMarked(),
    get title() {
      return language.t('token.title');
    },
    open() {
      this.errors.token = '';
      this.hasToken = signIn.isMarked();
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
        await options.logIn({ token, remember: this.form.remember });
        signIn.mark(true);
        this.hasToken = true;
        this.close();
        options.onChange();
      } catch (error) {
        this.errors.token = messageFor(error);
      } finally {
        this.isBusy = false;
      }
    },
    async forget() {
      this.isBusy = true;
      try {
        await options.logOut();
        signIn.mark(false);
        this.hasToken = false;
        this.close();
        options.onChange();
      } catch (error) {
        this.errors.token = messageFor(error);
      } finally {
        this.isBusy = false;
      }
    },
    /** Asks for a token because a call was refused, and says if this browser was logged in before. */
    refused(error: ApiFailure) {
      if (this.isOpen) return;
      this.open();
      if (error.status === 429) this.errors.token = messageFor(error);
      else if (signIn.isMarked()) this.errors.token = language.t('token.ended');
    },
  };
}

export type TokenDialogStore = ReturnType<typeof createTokenDialogStore>;
