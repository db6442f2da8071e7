import Alpine from '@alpinejs/csp';
import { createAttempt } from '../api/attempt.ts';
import { answerOf, createClient } from '../api/client.ts';
import { languageFrom, type PageTexts } from '../i18n/translate.ts';
import { type BellStore, createBellStore } from '../incidents/bell-store.ts';
import { createSignIn } from '../token/sign-in.ts';
import { createTokenDialogStore } from '../token/token-dialog-store.ts';
import { addDirectives } from '../ui/directives.ts';
import { basePath, monitorAddress } from './base-path.ts';
import { createLanguageStore, type LanguageStore } from './language-store.ts';
import { createLiveStore } from './live-store.ts';
import { createThemeStore, themeFrom } from './theme-store.ts';
import { createToastStore } from './toast-store.ts';

/** The parts of every page: language, theme, login, toasts, and the API client. */
export type Shell = ReturnType<typeof createShell>;

/** What every page's markup may call `$store.…`. */
export type ShellStores = Shell['stores'];

/** The components of every page. */
export type ShellComponents = Shell['components'];

interface ShellOptions {
  /** The page's link in the navigation. */
  page:
    | 'home'
    | 'models'
    | 'requests'
    | 'spend'
    | 'incidents'
    | 'docs'
    | 'gateway'
    | 'status'
    | 'admin';
  /** Called when a token was accepted or forgotten, also in another tab. */
  onTokenChange?: () => void;
  /** Texts that only this page has. */
  texts?: PageTexts;
}

/** Builds the shell. The page adds its own stores and components, then starts Alpine. */
export function createShell({ page, onTokenChange = () => {}, texts }: ShellOptions) {
  const base = basePath();
  const signIn = createSignIn({ base, device: localStorage, tab: sessionStorage });
  const plainClient = createClient(monitorAddress());
  const moved = signIn.moveToken((json) => answerOf(plainClient.api.login.$post({ json })));
  const client = createClient(monitorAddress(), moved);
  const nowS = () => Date.now() / 1000;
  const language = Alpine.reactive(startLanguage(texts));
  const theme = Alpine.reactive(startTheme());
  const clock = Alpine.reactive({ nowS: nowS() });
  const live = Alpine.reactive(createLiveStore(language));
  const toasts = Alpine.reactive(createToastStore(setTimer));
  const tokenDialog = Alpine.reactive(
    createTokenDialogStore({
      signIn,
      language,
      logIn: async (json) => void (await answerOf(client.api.login.$post({ json }))),
      logOut: async () => void (await answerOf(client.api.logout.$post())),
      onChange: () => reload(),
    }),
  );
  const reload = () => {
    onTokenChange();
    void bell.load();
  };
  signIn.onChangeElsewhere(() => {
    tokenDialog.close();
    reload();
  });
  matchMedia(darkTheme).addEventListener('change', () => theme.systemChanged());
  setInterval(() => {
    clock.nowS = nowS();
  }, 1000);
  addEventListener('pagehide', () => toasts.lapseAll());
  addDirectives(Alpine, language, clock);
  document.querySelector(`[data-page=${page}]`)?.setAttribute('aria-current', 'page');
  const copyText = (text: string) => navigator.clipboard.writeText(text);
  const bell = Alpine.reactive(createBellStore({ client, language }));
  const stores = addStores({ language, theme, live, toasts, tokenDialog, bell });
  if (document.querySelector('.bell')) followBell(bell);
  const components = addComponents({ tokenForm: () => tokenDialog });
  return {
    base,
    client,
    language,
    theme,
    live,
    bell,
    toasts,
    tokenDialog,
    clock,
    nowS,
    setTimer,
    copyText,
    attempt: createAttempt({ language, focusFault }),
    asPanel,
    addStores,
    addComponents,
    stores,
    components,
    focusField,
    focusFault,
  };
}

const darkTheme = '(prefers-color-scheme: dark)';

function startLanguage(texts: PageTexts | undefined): LanguageStore {
  return createLanguageStore(
    languageFrom(localStorage.getItem('language'), navigator.language),
    (language) => localStorage.setItem('language', language),
    (language) => {
      document.documentElement.lang = language;
    },
    texts,
  );
}

function startTheme() {
  return createThemeStore({
    initial: themeFrom(localStorage.getItem('theme')),
    isSystemDark: () => matchMedia(darkTheme).matches,
    keep: (choice) => localStorage.setItem('theme', choice),
    show: (shown) => {
      document.documentElement.dataset.theme = shown;
    },
  });
}

const bellMs = 30_000;

/** Pages with an event stream also hear of changes at once. */
function followBell(bell: BellStore): void {
  void bell.load();
  setInterval(() => {
    if (!document.hidden && !bell.isRefused) void bell.load();
  }, bellMs);
}

/** Makes stores known to the markup as `$store.name`. */
function addStores<T extends Record<string, object>>(stores: T): T {
  for (const [name, store] of Object.entries(stores)) Alpine.store(name, store);
  return stores;
}

/** Makes factories known to the markup as `x-data="name"`. */
function addComponents<T extends Record<string, () => object>>(factories: T): T {
  for (const [name, create] of Object.entries(factories)) Alpine.data(name, create);
  return factories;
}

/** Makes a panel of which the page has one reactive. */
function asPanel<T extends object>(panel: T): T {
  const reactive = Alpine.reactive(panel);
  // Alpine's own `this` includes a loop's variables, so a method could overwrite them.
  for (const [key, member] of Object.entries(panel)) {
    if (typeof member === 'function') Object.assign(panel, { [key]: member.bind(reactive) });
  }
  return reactive;
}

function setTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

/** Focuses the first field that has an error, once the markup shows it. */
function focusFault(): void {
  Alpine.nextTick(() => {
    const faults = document.querySelectorAll<HTMLElement>('[aria-invalid=true]');
    [...faults].find((it) => it.checkVisibility())?.focus();
  });
}

/** Focuses the field of that name, once the markup has followed the stores. */
function focusField(name: string): void {
  Alpine.nextTick(() => document.querySelector<HTMLElement>(`[name=${name}]`)?.focus());
}
