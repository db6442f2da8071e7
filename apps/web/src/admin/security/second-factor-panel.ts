import { encode } from 'uqr';
import { idleAttempt, load, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

/** What the dialog is for: `enrol` asks for the password, the others ask for a code. */
type Purpose = 'enrol' | 'confirm' | 'remove' | 'recovery';

const emptyForm = { current_password: '', code: '' };
const noQr = { d: '', transform: '' };

const atStart = () => ({
  ...idleAttempt(emptyForm),
  form: { ...emptyForm },
  secret: '',
  qr: noQr,
});

/** The second factor: set up with a QR code, confirmed and switched off with a one-time code. */
export function createSecondFactorPanel(parts: AdminParts) {
  const { client, language, toasts, reveal, attempt, focusField, view } = parts;
  const route = client.api.admin['second-factor'];

  const showCodes = (codes: string[]) =>
    reveal.show({
      title: language.t('admin.factor.codes.title'),
      intro: language.t('admin.factor.codes.intro'),
      text: codes.join('\n'),
    });

  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    errors: { ...emptyForm },
    form: { ...emptyForm },
    secret: '',
    qr: noQr,
    isOn: false,
    codesLeft: 0,
    isOpen: false,
    purpose: initially<Purpose>('confirm'),
    get title() {
      return language.t(`admin.factor.${this.purpose}.title`);
    },
    get intro() {
      return language.t(`admin.factor.${this.purpose}.intro`);
    },
    get statusText() {
      if (!this.isOn) return language.t('admin.factor.off');
      return language.count('admin.factor.on', this.codesLeft);
    },
    init() {
      view.follow({ tab: 'security', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        const { item } = await answerOf(route.$get());
        this.isOn = item.enabled;
        this.codesLeft = item.recovery_codes_left;
      });
    },
    ask(purpose: Purpose) {
      Object.assign(this, atStart(), { purpose, isOpen: true });
    },
    close() {
      Object.assign(this, atStart(), { isOpen: false });
    },
    async submit(): Promise<void> {
      const { purpose, form } = this;
      if (purpose === 'enrol') return this.enrol(form.current_password);
      const json = { code: form.code.trim() };
      if (json.code === '') return;
      const isDone = await attempt(this, async () => {
        if (purpose === 'remove') await answerOf(route.remove.$post({ json }));
        else {
          const call = purpose === 'confirm' ? route.confirm : route['recovery-codes'];
          showCodes((await answerOf(call.$post({ json }))).recovery_codes);
        }
      });
      if (!isDone) return;
      this.close();
      await this.load();
      if (purpose === 'remove') toasts.show(language.t('admin.factor.removed'));
    },
    async enrol(current_password: string) {
      if (current_password === '') return;
      const isStarted = await attempt(this, async () => {
        const { secret, uri } = (await answerOf(route.$post({ json: { current_password } }))).item;
        Object.assign(this, atStart(), { secret, qr: qrPath(uri), purpose: 'confirm' });
      });
      if (isStarted) focusField('code');
    },
  };
}

/** The width of the empty border around a QR code, in modules, as ISO/IEC 18004 requires. */
const quietZoneModules = 4;

/** A QR code as one SVG path in a square of 100 units, including its quiet zone. */
function qrPath(text: string): typeof noQr {
  const { data, size } = encode(text, { border: quietZoneModules });
  const d = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return { d, transform: `scale(${100 / size})` };
}
