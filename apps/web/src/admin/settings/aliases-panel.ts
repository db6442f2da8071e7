import { load, noErrors, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { Settings } from '../../api/wire-types.ts';
import { initially } from '../../shell/initially.ts';
import { linesOf } from '../keys/key-form.ts';
import type { AdminParts } from '../parts.ts';

const emptyForm = { model_aliases: '' };

/** The names that are one model, as lines, and the proposals that were dismissed. */
export function createAliasesPanel({ client, language, toasts, attempt, view }: AdminParts) {
  const route = client.api.admin.settings;
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    errors: noErrors(emptyForm),
    form: { ...emptyForm },
    inForce: '',
    isFromEnvironment: false,
    dismissedCount: 0,
    get isChanged() {
      return linesOf(this.form.model_aliases).join('\n') !== this.inForce;
    },
    init() {
      view.follow({ tab: 'settings', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => this.take((await answerOf(route.$get())).item));
    },
    take({ model_aliases, dismissed_aliases, sources }: Settings) {
      this.inForce = model_aliases.join('\n');
      this.form.model_aliases = this.inForce;
      this.isFromEnvironment = sources.model_aliases === 'environment';
      this.dismissedCount = dismissed_aliases.length;
    },
    reset() {
      this.form.model_aliases = this.inForce;
      Object.assign(this, { failure: '', errors: noErrors(emptyForm) });
    },
    async save() {
      const json = { model_aliases: linesOf(this.form.model_aliases) };
      await attempt(this, async () => this.take((await answerOf(route.$patch({ json }))).item));
      if (!this.isChanged) toasts.show(language.t('admin.saved'));
    },
    /** Proposes again what was dismissed. */
    async forgetDismissed() {
      const json = { dismissed_aliases: [] };
      await attempt(this, async () => {
        const { item } = await answerOf(route.$patch({ json }));
        this.dismissedCount = item.dismissed_aliases.length;
      });
    },
  };
}
