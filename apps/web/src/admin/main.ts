import Alpine from '@alpinejs/csp';
import { answerOf } from '../api/client.ts';
import { addChartDirective } from '../charts/chart-directive.ts';
import { createPageDrawLoop } from '../draw/draw-loop.ts';
import { adminTexts } from '../i18n/admin-texts.ts';
import { createModelPicker } from '../model-picker/model-picker.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { createDeliveriesPanel } from './alerts/deliveries-panel.ts';
import { createDestinationsPanel } from './alerts/destinations-panel.ts';
import { createAlertRulesPanel } from './alerts/rules-panel.ts';
import { createAuditPanel } from './audit/audit-panel.ts';
import { createChannelsPanel } from './channels/channels-panel.ts';
import { createKeysPanel } from './keys/keys-panel.ts';
import { createMaintenancePanel } from './maintenance/maintenance-panel.ts';
import { createParts, goToLogin } from './parts.ts';
import { createResourcesPanel } from './resources/resources-panel.ts';
import { createSecondFactorPanel } from './security/second-factor-panel.ts';
import { createSessionsPanel } from './security/sessions-panel.ts';
import { createAliasesPanel } from './settings/aliases-panel.ts';
import { createPricesPanel } from './settings/prices-panel.ts';
import { createRoutingPanel } from './settings/routing-panel.ts';
import { createSettingsPanel } from './settings/settings-panel.ts';
import { createStatusPagePanel } from './status/status-page-panel.ts';
import { createExportPanel } from './transfer/export-panel.ts';
import { createImportPanel } from './transfer/import-panel.ts';

const shell = createShell({ page: 'admin', texts: adminTexts });
const parts = createParts(shell);
const { client, confirm, reveal, view } = parts;

const channels = Alpine.reactive(createChannelsPanel(parts));
const nameOf = (id: number) => channels.channels.find((it) => it.id === id)?.name ?? '';
const modelPicker = Alpine.reactive(createModelPicker({ ...parts, nameOf }));
const destinations = Alpine.reactive(createDestinationsPanel(parts));
const maintenance = Alpine.reactive(createMaintenancePanel(parts));
const session = Alpine.reactive({
  async logout() {
    const isLoggedOut = await parts.perform(async () => {
      await answerOf(client.api.admin.logout.$post());
    });
    if (isLoggedOut) goToLogin();
  },
});

const zones = { names: Intl.supportedValuesOf('timeZone') };

const stores = shell.addStores({ zones, confirm, reveal, view, modelPicker, session });
const components = shell.addComponents({
  modelPicker: () => modelPicker,
  settings: () => createSettingsPanel(parts),
  routing: () => createRoutingPanel(parts),
  aliases: () => createAliasesPanel(parts),
  prices: () => createPricesPanel(parts),
  keys: () => createKeysPanel(parts),
  channels: () => channels,
  statusPage: () => createStatusPagePanel(parts),
  destinations: () => destinations,
  destinationEditor: () => destinations.editor,
  alertRules: () => createAlertRulesPanel(parts),
  deliveries: () => createDeliveriesPanel(parts),
  maintenance: () => maintenance,
  maintenanceEditor: () => maintenance.editor,
  secondFactor: () => createSecondFactorPanel(parts),
  sessions: () => createSessionsPanel(parts),
  audit: () => createAuditPanel(parts),
  exports: () => createExportPanel(parts),
  imports: () => createImportPanel(parts),
  resources: () => createResourcesPanel(parts),
  confirm: () => confirm,
  reveal: () => reveal,
});

addEventListener('popstate', () => view.read(location.search));
addChartDirective(Alpine, createPageDrawLoop());
Alpine.start();
if (location.hash !== '') {
  // The panels are drawn after the browser has looked for the anchor.
  void view.settled().then(() => {
    const scroll = () => document.getElementById(location.hash.slice(1))?.scrollIntoView();
    Alpine.nextTick(scroll);
  });
}
// On a phone the row of tabs is wider than the page.
Alpine.effect(() => {
  if (!view.tab) return;
  Alpine.nextTick(() => {
    const tab = document.querySelector('.admin-tab[aria-current="page"]');
    tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
  });
});

export type Stores = ShellStores & typeof stores;
export type Components = ShellComponents & typeof components;
