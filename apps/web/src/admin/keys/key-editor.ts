import { idleAttempt, noErrors } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { ProxyKey } from '../../api/wire-types.ts';
import { readerZone } from '../../format/time.ts';
import type { AdminParts } from '../parts.ts';
import { createEntryPicker } from './entry-picker.ts';
import {
  emptyKeyForm,
  type KeyForm,
  keyBodyOf,
  keyFaultsOf,
  keyFormOf,
  linesOf,
} from './key-form.ts';

/** Days and months begin where the admin is. */
const newKeyForm = (): KeyForm => ({ ...emptyKeyForm, budget_time_zone: readerZone() });

/** The dialog that creates and changes a proxy key. */
export function createKeyEditor(parts: AdminParts) {
  const { client, language, toasts, reveal, attempt } = parts;
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
    picker: createEntryPicker(parts),
    get entries() {
      return this.picker.rowsOf(this.form.allowed_models);
    },
    get hiddenEntries() {
      return this.picker.hiddenCount(this.form.allowed_models);
    },
    get title() {
      return this.isNew
        ? language.t('admin.keys.new')
        : language.t('admin.keys.edit', { name: this.name });
    },
    /** Opens for a key, or for a new one. */
    open(opened: ProxyKey | null, whenSaved: (key: ProxyKey) => void) {
      key = opened;
      onSaved = whenSaved;
      const form = opened ? keyFormOf(opened) : newKeyForm();
      const { name } = form;
      Object.assign(this, idleAttempt(emptyKeyForm), { form, name, isNew: !opened, isOpen: true });
      void this.picker.open();
    },
    close() {
      this.isOpen = false;
    },
    toggleChannel(id: number) {
      const { allowed_target_ids: ids } = this.form;
      const next = ids.includes(id) ? ids.filter((it) => it !== id) : [...ids, id];
      this.form.allowed_target_ids = next;
    },
    addEntry(entry: string) {
      this.form.allowed_models = linesOf(`${this.form.allowed_models}\n${entry}`).join('\n');
      this.errors.allowed_models = '';
      this.picker.search('');
    },
    removeEntry(entry: string) {
      const kept = linesOf(this.form.allowed_models).filter((one) => one !== entry);
      this.form.allowed_models = kept.join('\n');
    },
    pressInPicker(event: KeyboardEvent) {
      this.picker.press(event, (entry) => this.addEntry(entry));
    },
    async submit() {
      const save = () => (key ? change(key.id, this.form) : create(this.form));
      if (await attempt(this, save, keyFaultsOf(this.form))) this.close();
    },
  };
}
