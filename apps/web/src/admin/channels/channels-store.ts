import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { AdminView } from '../admin-address.ts';
import type { Attempt, Attempting } from '../attempt.ts';

type AdminChannel = Awaited<ReturnType<typeof listChannels>>[number];

interface AdvancedForm {
  verify_ssl: boolean;
  prompt: string;
  anthropic_version: string;
  max_models: string;
  visitor_channel_actions_enabled: boolean;
}

type AdvancedField = keyof AdvancedForm;

interface ChannelRow {
  id: number;
  name: string;
  baseUrl: string;
  notes: string[];
  isOff: boolean;
}

/** The channels' finer settings; names, addresses and keys are the home page's. */
export interface ChannelsStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  query: string;
  channels: AdminChannel[];
  readonly rows: ChannelRow[];
  isOpen: boolean;
  id: number;
  form: AdvancedForm;
  errors: Partial<Record<AdvancedField, string>>;
  readonly title: string;
  load(): Promise<void>;
  search(query: string): void;
  nameOf(id: number): string;
  edit(id: number): void;
  close(): void;
  save(): Promise<void>;
}

interface ChannelsOptions {
  client: ApiClient;
  language: LanguageStore;
  toasts: ToastStore;
  attempt: Attempt;
  view: Pick<AdminView, 'query'>;
  onViewChange(): void;
}

const emptyForm: AdvancedForm = {
  verify_ssl: true,
  prompt: '',
  anthropic_version: '',
  max_models: '',
  visitor_channel_actions_enabled: false,
};

export function createChannelsStore(options: ChannelsOptions): ChannelsStore {
  const { client, language, toasts, attempt } = options;
  const t: LanguageStore['translator']['t'] = (...key) => language.translator.t(...key);
  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    query: options.view.query,
    channels: [],
    isOpen: false,
    id: 0,
    form: { ...emptyForm },
    errors: {},
    get rows() {
      const wanted = this.query.trim().toLowerCase();
      return this.channels
        .filter((it) => `${it.name} ${it.base_url}`.toLowerCase().includes(wanted))
        .map((it) => rowOf(it, language));
    },
    get title() {
      return t('admin.channels.edit', { name: this.nameOf(this.id) });
    },
    async load() {
      const isLoaded = await attempt(this, async () => {
        this.channels = await listChannels(client);
      });
      if (isLoaded) this.phase = 'ready';
      else if (this.phase !== 'ready') this.phase = 'failed';
    },
    search(query) {
      this.query = query;
      options.onViewChange();
    },
    nameOf(id) {
      return this.channels.find((it) => it.id === id)?.name ?? '';
    },
    edit(id) {
      const channel = this.channels.find((it) => it.id === id);
      if (!channel) return;
      const form = { ...pick(channel), max_models: String(channel.max_models) };
      Object.assign(this, { id, form, errors: {}, failure: '', isOpen: true });
    },
    close() {
      this.isOpen = false;
    },
    async save() {
      const max_models = this.form.max_models.trim() === '' ? 0 : Number(this.form.max_models);
      this.errors = Number.isNaN(max_models) ? { max_models: t('form.number') } : {};
      if (Number.isNaN(max_models)) return;
      const isSaved = await attempt(this, async () => {
        const param = { id: String(this.id) };
        const json = { ...this.form, max_models };
        const call = client.api.admin.channels[':id'].advanced.$patch({ param, json });
        const { item } = await answerOf(call);
        this.channels = this.channels.map((it) => (it.id === item.id ? item : it));
        toasts.show(t('admin.saved'));
      });
      if (isSaved) this.close();
      else showAtField(this);
    },
  };
}

function showAtField(store: ChannelsStore): void {
  const fields = Object.keys(emptyForm) as AdvancedField[];
  const field = fields.find((it) => store.failure.includes(it));
  if (!field) return;
  store.errors = { [field]: store.failure };
  store.failure = '';
}

function rowOf(channel: AdminChannel, { translator }: LanguageStore): ChannelRow {
  const { t, count } = translator;
  const notes = [
    channel.selected_models.length > 0
      ? count('admin.channels.chosen', channel.selected_models.length)
      : t('admin.channels.all_models'),
    channel.max_models > 0 ? count('admin.channels.most', channel.max_models) : '',
    channel.verify_ssl ? '' : t('admin.channels.no_tls'),
    channel.visitor_channel_actions_enabled ? t('admin.channels.visitors') : '',
  ];
  return {
    id: channel.id,
    name: channel.name,
    baseUrl: channel.base_url,
    notes: notes.filter(Boolean),
    isOff: !channel.enabled,
  };
}

function pick(channel: AdminChannel) {
  const { verify_ssl, prompt, anthropic_version, visitor_channel_actions_enabled } = channel;
  return { verify_ssl, prompt, anthropic_version, visitor_channel_actions_enabled };
}

async function listChannels(client: ApiClient) {
  return (await answerOf(client.api.admin.channels.$get())).items;
}
