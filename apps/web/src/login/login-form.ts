import { answerOf } from '../api/client.ts';
import { ApiFailure, sentenceOf } from '../api/failure.ts';
import { formatSpan } from '../format/duration.ts';
import { initially } from '../shell/initially.ts';
import type { Shell } from '../shell/start-shell.ts';

interface LoginOptions extends Pick<Shell, 'client' | 'language' | 'focusField'> {
  onLoggedIn(): void;
}

/** The login: the password, then a code if a second factor is on. */
export function createLoginForm({ client, language, focusField, onLoggedIn }: LoginOptions) {
  return {
    step: initially<'password' | 'code'>('password'),
    form: { password: '', code: '' },
    errors: { password: '', code: '' },
    isBusy: false,
    failure: '',
    async submit() {
      const { step } = this;
      const { password } = this.form;
      const code = this.form.code.trim();
      if (this.isBusy || password === '' || (step === 'code' && code === '')) return;
      Object.assign(this, { isBusy: true, failure: '', errors: { password: '', code: '' } });
      try {
        const json = step === 'code' ? { password, code } : { password };
        await answerOf(client.api.admin.login.$post({ json }));
        onLoggedIn();
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        this.takeRefusal(error);
        focusField(this.step);
      } finally {
        this.isBusy = false;
      }
    },
    takeRefusal(error: ApiFailure) {
      switch (error.reason) {
        case 'second_factor_required':
          this.step = 'code';
          return;
        case 'wrong_password':
          // If a code was sent too, the password was right a moment ago and has been changed since.
          this.back();
          this.form.password = '';
          this.errors.password = language.t('login.wrong_password');
          return;
        case 'wrong_code':
          this.form.code = '';
          this.errors.code = language.t('login.wrong_code');
          return;
      }
      const duration = formatSpan(error.retryAfterS ?? 60, language.translator);
      this.failure =
        error.status === 429
          ? language.t('login.blocked', { duration })
          : sentenceOf(error, language.translator);
    },
    back() {
      Object.assign(this, { step: 'password', failure: '', errors: { password: '', code: '' } });
      this.form.code = '';
      focusField('password');
    },
  };
}
