import { idleAttempt, noErrors } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { ProxyKey } from '../../api/wire-types.ts';
import type { AdminParts } from '../parts.ts';
import { emptyKeyForm, type KeyForm, keyBodyOf, keyFaultsOf, keyFormOf } from './key-form.ts';

/** The dialog that creates and changes a proxy key. */
export function createKeyEditor({ client, language, toasts, reveal, attempt }: AdminParts) {
  let key: ProxyKey | null = null;
  let onSaved: (key: ProxyKey) => void = () => {};

  const create = async (form: KeyForm) => {
    const json = keyBodyOf(form);
    const { item, proxy_key } = await answerOf(client.api.proxy.keys.$post({ json }));
    onSaved(item);
    reveal.show({
      title: language.t('admin.keys.made', { name: item.name }),
      intro: language.t('admin.reveal.intro'),
      text: proxy_key,
    });
  };
  const change = async (id: number, form: KeyForm) => {
    const [param, json] = [{ id: String(id) }, keyBodyOf(form)];
    onSaved((await answerOf(client.api.proxy.keys[':id'].$patch({ param, json }))).item);
    toasts.show(language.t('admin.saved'));
  };

  return {
    isOpen: false,
    isBusy: false,
    failure: '',
    errors: noErrors(emptyKeyForm),
    isNew: true,
    name: '',
    form: { ...emptyKeyForm },
    get title() {
      return this.isNew
        ? language.t('admin.keys.new')
        : language.t('admin.keys.edit', { name: this.name });
    },
    /** Opens for a key, or for a new one. */
    open(opened: ProxyKey | null, whenSaved: (key: ProxyKey) => void) {
      key = opened;
      onSaved = whenSaved;
      const form = opened ? keyFormOf(opened) : { ...emptyKeyForm };
      const { name } = form;
      Object.assign(this, idleAttempt(emptyKeyForm), { form, name, isNew: !opened, isOpen: true });
    },
    close() {
      this.isOpen = false;
    },
    toggleChannel(id: number) {
      const { allowed_target_ids: ids } = this.form;
      const next = ids.includes(id) ? ids.filter((it) => it !== id) : [...ids, id];
      this.form.allowed_target_ids = next;
    },
    async submit() {
      const save = () => (key ? change(key.id, this.form) : create(this.form));
      if (await attempt(this, save, keyFaultsOf(this.form))) this.close();
    },
  };
}
