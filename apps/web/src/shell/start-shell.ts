import Alpine from '@alpinejs/csp';
import { type ApiClient, answerOf, createClient } from '../api/client.ts';
import { createTokenStore, type TokenStore } from '../api/token-store.ts';
import { languageFrom, type PageTexts, type Translator } from '../i18n/translate.ts';
import {
  addDialogDirective,
  addPromptDirectives,
  addTextDirective,
  addTimeDirectives,
} from '../ui/directives.ts';
import { createLanguageStore, type LanguageStore } from './language-store.ts';
import { createLiveStore, type LiveStore } from './live-store.ts';
import { createThemeStore, type ThemeStore, themeFrom } from './theme-store.ts';
import { createToastStore, type ToastStore } from './toast-store.ts';
import { createTokenDialogStore, type TokenDialogStore } from './token-dialog-store.ts';

/** What every page has: language, theme, token, toasts, and the client that calls the api. */
export interface Shell {
  client: ApiClient;
  tokens: TokenStore;
  language: LanguageStore;
  live: LiveStore;
  toasts: ToastStore;
  tokenDialog: TokenDialogStore;
  clock: { nowS: number };
  nowS(): number;
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Makes a store reactive and known to the markup as `$store.name`. */
  addStore<T extends object>(name: string, store: T): T;
}

/** What every page's markup may call `$store.…`. */
export interface ShellStores extends Pick<Shell, 'language' | 'live' | 'toasts' | 'tokenDialog'> {
  theme: ThemeStore;
}

interface ShellOptions {
  /** Marks the page in the navigation. */
  page: 'home' | 'models' | 'requests' | 'docs' | 'gateway' | 'status' | 'admin';
  /** A token was accepted or forgotten. */
  onTokenChange(): void;
  /** What this page alone says. */
  texts?: PageTexts;
}

/** Builds the shell; the page adds its own stores, then starts Alpine. */
export function createShell({ page, onTokenChange, texts }: ShellOptions): Shell {
  const tokens = createTokenStore(localStorage, sessionStorage);
  const client = createClient(location.origin, tokens.read);
  const nowS = () => Date.now() / 1000;
  const language = addStore('language', languageOf(texts));
  const clock = addStore('clock', { nowS: nowS() });
  const live = addStore('live', createLiveStore(language));
  const toasts = addStore('toasts', createToastStore(setTimer));
  const tokenDialog = addStore(
    'tokenDialog',
    createTokenDialogStore({
      tokens,
      language,
      tryToken: async (token) => {
        const trial = createClient(location.origin, () => token);
        await answerOf(trial.api.dashboard.$get());
      },
      onAccepted: onTokenChange,
      onForgotten: onTokenChange,
    }),
  );
  startTheme();
  setInterval(() => {
    clock.nowS = nowS();
  }, 1000);
  addEventListener('pagehide', () => toasts.lapseAll());
  addPromptDirectives(Alpine);
  addTextDirective(Alpine, language);
  Alpine.magic(
    't',
    () =>
      (...text: Parameters<Translator['t']>) =>
        language.translator.t(...text),
  );
  Alpine.magic(
    'count',
    () =>
      (...text: Parameters<Translator['count']>) =>
        language.translator.count(...text),
  );
  addTimeDirectives(Alpine, language, clock);
  addDialogDirective(Alpine);
  document.querySelector(`[data-page=${page}]`)?.setAttribute('aria-current', 'page');
  return { client, tokens, language, live, toasts, tokenDialog, clock, nowS, setTimer, addStore };
}

function languageOf(texts: PageTexts | undefined): LanguageStore {
  const root = document.documentElement;
  return createLanguageStore(
    languageFrom(localStorage.getItem('language'), navigator.language),
    (language) => localStorage.setItem('language', language),
    (language) => {
      root.lang = language;
    },
    texts,
  );
}

function startTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const theme = addStore(
    'theme',
    createThemeStore({
      initial: themeFrom(localStorage.getItem('theme')),
      isSystemDark: () => dark.matches,
      keep: (choice) => localStorage.setItem('theme', choice),
      show: (shown) => {
        document.documentElement.dataset.theme = shown;
      },
    }),
  );
  dark.addEventListener('change', () => theme.systemChanged());
}

function addStore<T extends object>(name: string, store: T): T {
  const reactive = Alpine.reactive(store);
  Alpine.store(name, reactive);
  return reactive;
}

function setTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
