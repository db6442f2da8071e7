import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure, sentenceOf } from '../api/failure.ts';
import { formatSpan } from '../format/duration.ts';
import type { LanguageStore } from '../shell/language-store.ts';

/** The way into the administration: the password, then a code where a second factor is in force. */
export interface LoginStore {
  step: 'password' | 'code';
  password: string;
  code: string;
  isBusy: boolean;
  failure: string;
  submit(): Promise<void>;
  back(): void;
}

interface LoginOptions {
  client: ApiClient;
  language: LanguageStore;
  onLoggedIn(): void;
  /** Puts the reader into the field of that name. */
  focusField(name: LoginStore['step']): void;
}

export function createLoginStore(options: LoginOptions): LoginStore {
  const { client, language, focusField } = options;
  return {
    step: 'password',
    password: '',
    code: '',
    isBusy: false,
    failure: '',
    async submit() {
      const { password, step } = this;
      const code = this.code.trim();
      if (this.isBusy || password === '' || (step === 'code' && code === '')) return;
      this.isBusy = true;
      this.failure = '';
      try {
        const json = step === 'code' ? { password, code } : { password };
        await answerOf(client.api.admin.login.$post({ json }));
        options.onLoggedIn();
      } catch (error) {
        takeRefusal(this, error, language);
        focusField(this.step);
      } finally {
        this.isBusy = false;
      }
    },
    back() {
      Object.assign(this, { step: 'password', code: '', failure: '' });
      focusField('password');
    },
  };
}

function takeRefusal(store: LoginStore, error: unknown, { translator }: LanguageStore): void {
  if (!(error instanceof ApiFailure)) throw error;
  switch (error.reason) {
    case 'second_factor_required':
      store.step = 'code';
      return;
    case 'wrong_password':
      // The password of a second step was right before: it was changed meanwhile.
      Object.assign(store, { step: 'password', code: '', password: '' });
      store.failure = translator.t('login.wrong_password');
      return;
    case 'wrong_code':
      store.code = '';
      store.failure = translator.t('login.wrong_code');
      return;
  }
  const duration = formatSpan(error.retryAfterS ?? 60, translator);
  store.failure =
    error.status === 429
      ? translator.t('login.blocked', { duration })
      : sentenceOf(error, translator);
}
