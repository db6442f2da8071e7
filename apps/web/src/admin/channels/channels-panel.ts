import { idleAttempt, load, noErrors, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { AdminChannel } from '../../api/wire-types.ts';
import {
  advancedBodyOf,
  advancedForm,
  advancedFormOf,
  linesOf,
  modelsModes,
  numberFaults,
} from '../../channel-form/channel-form.ts';
import { createFormParts } from '../../channel-form/form-parts.ts';
import { excludedText, matchesText } from '../../channel-form/pattern-matches.ts';
import type { Translator } from '../../i18n/translate.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

/** Each channel's advanced settings; names, addresses and keys are edited on the home page. */
export function createChannelsPanel(parts: AdminParts) {
  const { client, language, attempt, view } = parts;
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    channels: initially<AdminChannel[]>([]),
    editor: createChannelEditor(parts),
    get rows() {
      const wanted = view.query.trim().toLowerCase();
      return this.channels
        .filter((it) => `${it.name} ${it.base_url}`.toLowerCase().includes(wanted))
        .map((it) => rowOf(it, language.translator));
    },
    init() {
      view.follow({ tab: 'channels', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        this.channels = (await answerOf(client.api.admin.channels.$get())).items;
      });
    },
    edit(id: number) {
      const channel = this.channels.find((it) => it.id === id);
      if (!channel) return;
      this.editor.open(channel, (saved) => {
        this.channels = this.channels.map((it) => (it.id === saved.id ? saved : it));
      });
    },
  };
}

/** The dialog for the advanced settings of a channel. */
function createChannelEditor({ client, language, toasts, attempt }: AdminParts) {
  let onSaved: (channel: AdminChannel) => void = () => {};
  let stored: AdminChannel | null = null;
  return {
    isOpen: false,
    isBusy: false,
    failure: '',
    errors: noErrors(advancedForm),
    id: 0,
    name: '',
    managedBy: initially<string | null>(null),
    get isManaged() {
      return this.managedBy !== null;
    },
    get managedText() {
      return language.t('form.managed', { file: this.managedBy ?? '' });
    },
    get cancelText() {
      return language.t(this.isManaged ? 'form.close' : 'form.cancel');
    },
    form: { ...advancedForm },
    parts: createFormParts(),
    modelsModes,
    /** Only typed models are known here. */
    get matchesText() {
      const { dont_probe, models } = this.form;
      return matchesText(linesOf(dont_probe), linesOf(models), language.translator);
    },
    get excludedText() {
      const { exclude, models } = this.form;
      return excludedText(linesOf(exclude), linesOf(models), language.translator);
    },
    get title() {
      return language.t('admin.channels.edit', { name: this.name });
    },
    open(channel: AdminChannel, whenSaved: (channel: AdminChannel) => void) {
      const { id, name, managed_by: managedBy } = channel;
      stored = channel;
      onSaved = whenSaved;
      Object.assign(this, idleAttempt(advancedForm), { id, name, managedBy, isOpen: true });
      this.parts.fold();
      this.form = advancedFormOf(channel);
    },
    close() {
      this.isOpen = false;
    },
    /** Lets people change the channel that code manages. */
    async release() {
      const channel = stored;
      if (!channel) return;
      const { name } = channel;
      const isReleased = await attempt(this, async () => {
        await answerOf(client.api.channels.release.$post({ json: { names: [name] } }));
      });
      if (!isReleased) return;
      this.managedBy = null;
      onSaved({ ...channel, managed_by: null });
      toasts.show(language.t('toast.released', { name }));
    },
    async submit() {
      const param = { id: String(this.id) };
      const json = advancedBodyOf(this.form);
      const save = async () => {
        const call = client.api.admin.channels[':id'].advanced.$patch({ param, json });
        onSaved((await answerOf(call)).item);
        toasts.show(language.t('admin.saved'));
      };
      const isSaved = await attempt(this, save, numberFaults(this.form));
      if (isSaved) this.close();
      else this.parts.unfoldFaulty(this.errors);
    },
  };
}

function rowOf(channel: AdminChannel, { t, count }: Translator) {
  const notes = [
    channel.selected_models.length > 0
      ? count('admin.channels.chosen', channel.selected_models.length)
      : t('admin.channels.all_models'),
    channel.max_models > 0 ? t('admin.channels.most', { count: channel.max_models }) : '',
    channel.verify_ssl ? '' : t('admin.channels.no_tls'),
    channel.visitor_channel_actions_enabled ? t('admin.channels.visitors') : '',
  ];
  return {
    id: channel.id,
    name: channel.name,
    baseUrl: channel.base_url,
    notes: notes.filter(Boolean),
    isOff: !channel.enabled,
    isManaged: channel.managed_by !== null,
    managedText: channel.managed_by === null ? '' : t('card.managed', { file: channel.managed_by }),
  };
}
