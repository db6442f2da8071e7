import Alpine from '@alpinejs/csp';
import { incidentTexts } from '../i18n/incident-texts.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import { watchServer } from '../live/watch-server.ts';
import { createPageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { readIncidentsAddress, writeIncidentsAddress } from './incidents-address.ts';
import { createIncidentsPanel } from './incidents-panel.ts';
import { createNoteEditor } from './note-editor.ts';

function start() {
  const shell = createShell({
    page: 'incidents',
    texts: incidentTexts,
    onTokenChange: () => watch.reconnect(),
  });
  const page = Alpine.reactive(createPageStore({ ...shell, reload: () => watch.reconnect() }));
  const notes = shell.asPanel(createNoteEditor(shell));
  const panel = shell.asPanel(
    createIncidentsPanel({
      ...shell,
      page,
      // Spans of time go on while the page is open.
      nowS: () => Math.floor(shell.clock.nowS / 10) * 10,
      address: readIncidentsAddress(location.search),
      onViewChange() {
        history.replaceState(null, '', location.pathname + writeIncidentsAddress(panel));
      },
    }),
  );
  const load = async () => {
    const shouldWatch = await panel.load();
    if (panel.canChange) await notes.load();
    return shouldWatch;
  };
  const queue = createRefetchQueue({
    fetchOne: async () => void (await load()),
    fetchAll: async () => void (await load()),
    setTimer: shell.setTimer,
  });
  const watch = watchServer(shell, {
    events: ['incidents_changed', 'resync'],
    loadAll: load,
    onEvent: () => queue.requestAll(),
  });
  Alpine.effect(() => {
    const { t } = shell.language.translator;
    document.title = `${t('shell.incidents')} · ${t('app.name')}`;
  });
  const stores = shell.addStores({ page, notes });
  const components = shell.addComponents({ incidents: () => panel, notes: () => notes });
  Alpine.start();
  watch.start();
  return { stores, components };
}

start();

/** What this page's markup may name. */
type Page = ReturnType<typeof start>;
export type Stores = ShellStores & Page['stores'];
export type Components = ShellComponents & Page['components'];
