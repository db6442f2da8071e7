import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import type { RevealStore } from '../reveal-store.ts';
import { noQr, type QrPath, qrPath } from './qr-path.ts';

/** Why something is asked for: the password to begin, a code to confirm, to end, or for new recovery codes. */
type Purpose = 'enrol' | 'confirm' | 'remove' | 'recovery';

/** The second factor: enrolled by a QR code, confirmed by a first code, ended by a last one. */
export interface SecondFactorStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  isOn: boolean;
  codesLeft: number;
  isOpen: boolean;
  purpose: Purpose;
  secret: string;
  uri: string;
  qr: QrPath;
  code: string;
  /** The panel's, before the secret is shown. */
  password: string;
  readonly title: string;
  readonly intro: string;
  readonly statusText: string;
  load(): Promise<void>;
  ask(purpose: 'enrol' | 'remove' | 'recovery'): void;
  close(): void;
  submit(): Promise<void>;
}

interface SecondFactorOptions {
  client: ApiClient;
  language: LanguageStore;
  toasts: ToastStore;
  reveal: RevealStore;
  attempt: Attempt;
  focusField(name: string): void;
}

export function createSecondFactorStore(options: SecondFactorOptions): SecondFactorStore {
  const { client, language, attempt, toasts } = options;
  const t: LanguageStore['translator']['t'] = (...key) => language.translator.t(...key);
  const route = client.api.admin['second-factor'];
  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    isOn: false,
    codesLeft: 0,
    isOpen: false,
    purpose: 'confirm',
    secret: '',
    uri: '',
    qr: noQr,
    code: '',
    password: '',
    get title() {
      return t(`admin.factor.${this.purpose}.title`);
    },
    get intro() {
      return t(`admin.factor.${this.purpose}.intro`);
    },
    get statusText() {
      if (!this.isOn) return t('admin.factor.off');
      return language.translator.count('admin.factor.on', this.codesLeft);
    },
    async load() {
      const isLoaded = await attempt(this, async () => {
        const { item } = await answerOf(route.$get());
        this.isOn = item.enabled;
        this.codesLeft = item.recovery_codes_left;
      });
      if (isLoaded) this.phase = 'ready';
      else if (this.phase !== 'ready') this.phase = 'failed';
    },
    ask(purpose) {
      Object.assign(this, { purpose, code: '', password: '', failure: '', isOpen: true });
    },
    close() {
      Object.assign(this, { isOpen: false, secret: '', uri: '', qr: noQr, code: '', password: '' });
    },
    async submit() {
      const { purpose } = this;
      if (purpose === 'enrol') return enrol(this, options);
      const json = { code: this.code.trim() };
      if (json.code === '') return;
      let codes: string[] = [];
      const isDone = await attempt(this, async () => {
        if (purpose === 'remove') await answerOf(route.remove.$post({ json }));
        else codes = await recoveryCodes(client, purpose, json);
      });
      if (!isDone) return;
      this.close();
      await this.load();
      if (purpose === 'remove') toasts.show(t('admin.factor.removed'));
      else showCodes(codes, options);
    },
  };
}

async function enrol(store: SecondFactorStore, options: SecondFactorOptions): Promise<void> {
  const route = options.client.api.admin['second-factor'];
  const json = { current_password: store.password };
  if (store.password === '') return;
  const isBegun = await options.attempt(store, async () => {
    const { secret, uri } = (await answerOf(route.$post({ json }))).item;
    Object.assign(store, { secret, uri, qr: qrPath(uri), purpose: 'confirm', password: '' });
  });
  options.focusField(isBegun ? 'factor-code' : 'factor-password');
}

async function recoveryCodes(
  client: ApiClient,
  purpose: 'confirm' | 'recovery',
  json: { code: string },
): Promise<string[]> {
  const route = client.api.admin['second-factor'];
  const call = purpose === 'confirm' ? route.confirm : route['recovery-codes'];
  return (await answerOf(call.$post({ json }))).recovery_codes;
}

function showCodes(codes: string[], { reveal, language }: SecondFactorOptions): void {
  const { t } = language.translator;
  reveal.show({
    title: t('admin.factor.codes.title'),
    intro: t('admin.factor.codes.intro'),
    text: codes.join('\n'),
  });
}
