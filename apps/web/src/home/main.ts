import Alpine from '@alpinejs/csp';
import { type ChannelBook, createChannelBook } from '../channels/channel-book.ts';
import { readViewState, writeViewState } from '../channels/view-state.ts';
import { batchChanges } from '../live/batch-changes.ts';
import { paceDraws } from '../live/pace-draws.ts';
import { watchServer } from '../live/watch-server.ts';
import {
  createShell,
  type Shell,
  type ShellComponents,
  type ShellStores,
} from '../shell/start-shell.ts';
import { elementById } from '../ui/element-by-id.ts';
import { focusSearchOnSlash } from '../ui/focus-search.ts';
import { attachHistoryTips } from '../ui/history-tips.ts';
import { type ActionsStore, createActionsStore } from './actions-store.ts';
import { type BoardStore, createBoardStore } from './board-store.ts';
import { type ChannelFormStore, createChannelFormStore } from './channel-form-store.ts';
import { type ChannelMenuStore, createChannelMenuStore } from './channel-menu-store.ts';
import { attachDragOrder } from './drag-order.ts';
import { createHomeStore, type HomeStore } from './home-store.ts';
import { createModelListsStore, type ModelListsStore } from './model-lists-store.ts';
import { createModelPickerStore, type ModelPickerStore } from './model-picker-store.ts';
import { watchNearCards } from './near-cards.ts';
import { createOrderStore, type OrderStore } from './order-store.ts';
import { createSync, syncEvents } from './sync.ts';

function start(): void {
  const shell = createShell({ page: 'home', onTokenChange: () => watch.reconnect() });
  const pacedDraw = paceDraws({
    requestFrame: beforeNextPaint,
    setTimer: shell.setTimer,
    nowMs: () => performance.now(),
  });
  const book = createChannelBook(
    batchChanges(pacedDraw, (changes) => {
      board.draw();
      modelLists.draw(changes);
      showTrouble(board, shell);
    }),
  );
  const { board, modelLists } = addBoard(shell, book, pacedDraw);
  const sync = createSync({ ...shell, book, board, modelLists });
  const watch = watchServer(shell, { ...sync, events: syncEvents });
  addActions(shell, book, board, modelLists, sync);
  attachHistoryTips({
    list: elementById('channels'),
    tip: elementById('history-tip'),
    language: shell.language,
    historyOf: (id, model) =>
      book.get(id)?.latest_models.find((it) => it.model === model)?.history ?? [],
  });
  redrawInNewLanguage(shell, board, modelLists);
  focusSearchOnSlash();
  Alpine.start();
  watch.start();
}

function addBoard(shell: Shell, book: ChannelBook, nextFrame: (callback: () => void) => void) {
  const view = readViewState(location.search);
  const board: BoardStore = shell.addStore(
    'board',
    createBoardStore({
      book,
      language: shell.language,
      filter: view.filter,
      openIds: view.openIds,
      nextFrame,
      isNear: watchNearCards(elementById('channels')),
      onViewChange: () => {
        const { filter, openIds } = board;
        history.replaceState(
          null,
          '',
          `${location.pathname}${writeViewState({ filter, openIds })}`,
        );
        modelLists.draw({ ids: new Set(), all: true });
      },
    }),
  );
  const modelLists: ModelListsStore = shell.addStore(
    'modelLists',
    createModelListsStore({
      book,
      language: shell.language,
      filter: () => board.filter,
      openIds: () => board.openIds,
      nowS: shell.nowS,
      nextFrame,
    }),
  );
  return { board, modelLists };
}

function addActions(
  shell: Shell,
  book: ChannelBook,
  board: BoardStore,
  modelLists: ModelListsStore,
  sync: ReturnType<typeof createSync>,
): void {
  const { addStore } = shell;
  const shared = { ...shell, book };
  const actions = addStore(
    'actions',
    createActionsStore({ ...shared, copyText: (text) => navigator.clipboard.writeText(text) }),
  );
  const order = addStore('order', createOrderStore({ ...shared, reload: sync.loadAll }));
  const channelForm = addStore('channelForm', createChannelFormStore({ ...shared, actions }));
  shell.addComponents({ channelForm: () => channelForm });
  const nameOf = (id: number) => book.get(id)?.name ?? '';
  addStore('modelPicker', createModelPickerStore({ ...shell, nameOf }));
  addStore('channelMenu', createChannelMenuStore(elementById('channel-menu')));
  addStore(
    'home',
    createHomeStore({
      ...shell,
      board,
      modelLists,
      order,
      load: (id) => void sync.load(id),
      loadAll: () => void sync.loadAll(),
      // Alpine follows its stores in a microtask, which was queued before this one.
      afterDraw: (callback) => queueMicrotask(callback),
    }),
  );
  attachDragOrder(elementById('channels'), order.dropBefore, (isHeld) => board.hold(isHeld));
}

/** A hidden page gets no animation frames, but its title should still tell of trouble. */
function beforeNextPaint(callback: () => void): void {
  if (document.hidden) setTimeout(callback, 250);
  else requestAnimationFrame(callback);
}

function showTrouble(board: BoardStore, { language }: Shell): void {
  const name = language.translator.t('app.name');
  const { trouble } = board.totals;
  document.title = trouble > 0 ? `(${trouble}) ${name}` : name;
}

function redrawInNewLanguage(shell: Shell, board: BoardStore, modelLists: ModelListsStore): void {
  Alpine.effect(() => {
    if (!shell.language.is) return;
    Alpine.nextTick(() => {
      board.draw();
      modelLists.draw({ ids: new Set(), all: true });
    });
  });
}

start();

/** What this page's markup may call `$store.…`. */
export interface Stores extends ShellStores {
  board: BoardStore;
  modelLists: ModelListsStore;
  actions: ActionsStore;
  order: OrderStore;
  channelForm: ChannelFormStore;
  modelPicker: ModelPickerStore;
  channelMenu: ChannelMenuStore;
  home: HomeStore;
}

export type Components = { channelForm(): ChannelFormStore } & ShellComponents;
