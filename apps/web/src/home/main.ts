import Alpine from '@alpinejs/csp';
import { createChannelFormStore } from '../channel-form/channel-form-store.ts';
import { createChannelBook } from '../channels/channel-book.ts';
import { readViewState, writeViewState } from '../channels/filter-channels.ts';
import { attachHistoryTips } from '../channels/history-tip.ts';
import { createPageDrawLoop } from '../draw/draw-loop.ts';
import { watchServer } from '../live/watch-server.ts';
import { createModelPicker } from '../model-picker/model-picker.ts';
import { createPageStore } from '../shell/page-store.ts';
import { createShell, type ShellComponents, type ShellStores } from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { focusSearchOnSlash } from '../ui/focus-search.ts';
import { createActions } from './actions.ts';
import { createChannelList } from './cards/channel-list.ts';
import { createChannelMenu } from './channel-menu.ts';
import { createHomePanel } from './home-panel.ts';
import { attachDragOrder, createOrder } from './order.ts';
import { createSelection } from './selection/selection.ts';
import { createSelectionDialog } from './selection/selection-dialog.ts';
import { createSync } from './sync.ts';

function start() {
  const shell = createShell({ page: 'home', onTokenChange: () => watch.reconnect() });
  const { asPanel, language } = shell;
  const view = readViewState(location.search);
  const loop = createPageDrawLoop();
  const draw = () => {
    selection.keepKnown();
    list.draw();
    showTrouble();
  };
  const book = createChannelBook(() => loop.request(draw));
  const shared = { ...shell, book };
  const page = Alpine.reactive(createPageStore({ ...shell, reload: () => void sync.loadAll() }));
  const showAddress = () => {
    const search = writeViewState({ filter: home.filter, openIds: list.openIds() });
    history.replaceState(null, '', location.pathname + search);
  };
  const home = asPanel(
    createHomePanel({
      ...shared,
      page,
      filter: view.filter,
      onFilterChange() {
        list.draw();
        showAddress();
      },
    }),
  );
  const actions = Alpine.reactive(createActions(shared));
  const order = Alpine.reactive(createOrder({ ...shared, reload: () => sync.loadAll() }));
  const menu = asPanel(createChannelMenu(elementById('channel-menu')));
  const channelForm = Alpine.reactive(createChannelFormStore({ ...shared, actions }));
  const nameOf = (id: number) => book.get(id)?.name ?? '';
  const modelPicker = Alpine.reactive(createModelPicker({ ...shell, nameOf }));
  const selection = Alpine.reactive(
    createSelection({
      ...shared,
      shownIds: () => list.shownIds(),
      onChange: () => loop.request(draw),
    }),
  );
  const selectionDialog = Alpine.reactive(
    createSelectionDialog({ ...shell, selection, tags: () => home.tags }),
  );
  const element = elementById('channels');
  const list = createChannelList({
    ...shared,
    element,
    home,
    loop,
    selection,
    openIds: view.openIds,
    load: (id) => void sync.load(id),
    onOpenChange: showAddress,
    check: (id) => void actions.check(id),
    toggleTag: (tag) => home.toggleTag(tag),
    edit: (id, field) => channelForm.edit(id, field),
    openMenu: (card, button) => menu.openFor(card, button),
    moveByKey(id, event) {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      const handle = event.currentTarget;
      order.step(id, event.key === 'ArrowUp' ? -1 : 1, list.shownIds());
      // Moving the card in the document takes the focus from its handle. It must be back before the
      // next key event, so that a held key keeps moving the card.
      list.draw();
      if (handle instanceof HTMLElement) handle.focus();
    },
  });
  const sync = createSync({ ...shared, page, home, list });
  const watch = watchServer(shell, sync);
  const showTrouble = () => {
    const name = language.t('app.name');
    const { trouble } = home.totals;
    document.title = trouble > 0 ? `(${trouble}) ${name}` : name;
  };
  attachDragOrder(element, order.dropBefore, list.hold);
  attachHistoryTips({
    list: element,
    tip: elementById('history-tip'),
    language,
    historyOf: (id, model) =>
      book.get(id)?.latest_models.find((it) => it.model === model)?.history ?? [],
  });
  Alpine.effect(() => language.is && loop.request(draw));
  focusSearchOnSlash();
  const stores = shell.addStores({
    ...{ page, actions, order, channelForm, modelPicker },
    ...{ selection, selectionDialog },
  });
  const components = shell.addComponents({
    channelForm: () => channelForm,
    modelPicker: () => modelPicker,
    selectionDialog: () => selectionDialog,
    home: () => home,
    channelMenu: () => menu,
  });
  Alpine.start();
  watch.start();
  return { stores, components };
}

start();

/** What this page's markup may name. */
type Page = ReturnType<typeof start>;
export type Stores = ShellStores & Page['stores'];
export type Components = ShellComponents & Page['components'];
