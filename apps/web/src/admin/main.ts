import Alpine from '@alpinejs/csp';
import { createClient } from '../api/client.ts';
import { addChartDirective } from '../charts/chart-directive.ts';
import { createModelPickerStore } from '../home/model-picker-store.ts';
import { createShell, type Shell, type ShellStores } from '../shell/start-shell.ts';
import { type AdminTab, adminAddress, readAdminAddress } from './admin-address.ts';
import { adminTexts } from './admin-texts.ts';
import { createAttempt } from './attempt.ts';
import { createAuditStore } from './audit/audit-store.ts';
import { createChannelsStore } from './channels/channels-store.ts';
import { createConfirmStore } from './confirm-store.ts';
import { createKeyFormStore } from './keys/key-form-store.ts';
import { createKeysStore } from './keys/keys-store.ts';
import { createResourcesStore } from './resources/resources-store.ts';
import { createRevealStore } from './reveal-store.ts';
import { createSecondFactorStore } from './security/second-factor-store.ts';
import { createSessionsStore } from './security/sessions-store.ts';
import { createSecretsStore } from './settings/secrets-store.ts';
import { createSettingsStore } from './settings/settings-store.ts';
import { createStatusEditorStore } from './status/status-editor-store.ts';
import { createTabsStore, type TabsStore } from './tabs-store.ts';
import { createExportStore } from './transfer/export-store.ts';
import { createImportStore } from './transfer/import-store.ts';

const copyText = (text: string) => navigator.clipboard.writeText(text);

/** What every part of the administration works with. */
function shared(shell: Shell) {
  const { addStore, language, toasts, nowS, setTimer } = shell;
  return {
    // The session's cookie says who calls; a token beside it would count instead.
    client: createClient(location.origin, () => null),
    language,
    toasts,
    nowS,
    setTimer,
    copyText,
    onLoggedOut: goToLogin,
    attempt: createAttempt({ language, onLoggedOut: goToLogin }),
    confirm: addStore('confirm', createConfirmStore()),
    reveal: addStore('reveal', createRevealStore(copyText)),
  };
}

function start(): void {
  const shell = createShell({ page: 'admin', onTokenChange: () => {}, texts: adminTexts });
  const { addStore } = shell;
  const view = readAdminAddress(location.search);
  const addressOf = (tab: AdminTab) => adminAddress({ tab, ...narrowedTo() });
  const onViewChange = () => history.replaceState(null, '', addressOf(tabs.current));
  const parts = { ...shared(shell), view, onViewChange };
  const settings = addStore('settings', createSettingsStore(parts));
  addStore('secrets', createSecretsStore({ ...parts, settings }));
  const keys = addStore('keys', createKeysStore(parts));
  addStore('keyForm', createKeyFormStore({ ...parts, keys }));
  const channels = addStore('channels', createChannelsStore(parts));
  addStore(
    'modelPicker',
    createModelPickerStore({ ...parts, nameOf: (id) => channels.nameOf(id) }),
  );
  const { origin } = location;
  const status = addStore('statusEditor', createStatusEditorStore({ ...parts, origin }));
  const sessions = addStore('sessions', createSessionsStore(parts));
  const factor = addStore('factor', createSecondFactorStore({ ...parts, focusField }));
  const audit = addStore('audit', createAuditStore(parts));
  addStore('exports', createExportStore(parts));
  addStore('imports', createImportStore({ ...parts, resetField: emptyFileField }));
  const resources = addStore('resources', createResourcesStore(parts));
  const loaders: Record<AdminTab, () => unknown> = {
    settings: () => settings.load(),
    keys: () => keys.load(),
    channels: () => channels.load(),
    status: () => status.load(),
    security: () => Promise.all([sessions.load(), factor.load()]),
    audit: () => audit.load(),
    transfer: () => {},
    resources: () => resources.load(),
  };
  const onShow = (tab: AdminTab) => {
    if (tab !== 'resources') resources.leave();
    showTab();
    void loaders[tab]();
  };
  const push = (address: string) => history.pushState(null, '', address);
  const { search } = location;
  const tabs: TabsStore = addStore('tabs', createTabsStore({ search, addressOf, push, onShow }));
  const narrowedTo = () => {
    const { areRevokedShown } = keys;
    return { action: audit.action, query: channels.query, areRevokedShown };
  };
  addEventListener('popstate', () => {
    const { action, query, areRevokedShown } = readAdminAddress(location.search);
    Object.assign(keys, { areRevokedShown });
    Object.assign(channels, { query });
    audit.choose(action);
    tabs.follow(location.search);
  });
  addChartDirective(Alpine, (work) => work());
  Alpine.start();
  onShow(tabs.current);
}

/** On a phone the row of tabs is wider than the page. */
function showTab(): void {
  Alpine.nextTick(() => {
    const tab = document.querySelector('.admin-tab[aria-current="page"]');
    tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
  });
}

function focusField(name: string): void {
  Alpine.nextTick(() => document.querySelector<HTMLElement>(`[name=${name}]`)?.focus());
}

function emptyFileField(): void {
  const field = document.getElementById('import-file');
  if (field instanceof HTMLInputElement) field.value = '';
}

let isLeaving = false;

/** Once, however many calls are refused together: a second departure would abort the first. */
function goToLogin(): void {
  if (isLeaving) return;
  isLeaving = true;
  const next = encodeURIComponent(location.pathname + location.search);
  location.replace(`/admin/login?next=${next}`);
}

start();

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  confirm: ReturnType<typeof createConfirmStore>;
  reveal: ReturnType<typeof createRevealStore>;
  settings: ReturnType<typeof createSettingsStore>;
  secrets: ReturnType<typeof createSecretsStore>;
  keys: ReturnType<typeof createKeysStore>;
  keyForm: ReturnType<typeof createKeyFormStore>;
  channels: ReturnType<typeof createChannelsStore>;
  modelPicker: ReturnType<typeof createModelPickerStore>;
  statusEditor: ReturnType<typeof createStatusEditorStore>;
  sessions: ReturnType<typeof createSessionsStore>;
  factor: ReturnType<typeof createSecondFactorStore>;
  audit: ReturnType<typeof createAuditStore>;
  exports: ReturnType<typeof createExportStore>;
  imports: ReturnType<typeof createImportStore>;
  resources: ReturnType<typeof createResourcesStore>;
  tabs: TabsStore;
}
