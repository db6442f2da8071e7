import type { LiveState } from '../live/live-feed.ts';
import { initially } from './initially.ts';
import type { LanguageStore } from './language-store.ts';

const tones = { live: 'ok', reconnecting: 'warn', offline: 'bad' } as const;

/** How the live stream is doing, as the top bar shows it. */
export function createLiveStore(language: LanguageStore) {
  return {
    state: initially<LiveState>('reconnecting'),
    /** Whether the page has a live stream at all. */
    isWatching: false,
    get tone() {
      return tones[this.state];
    },
    get text() {
      return language.t(`live.${this.state}`);
    },
    get hint() {
      return language.t(`live.hint.${this.state}`);
    },
  };
}
