import type { LiveState } from '../live/live-feed.ts';
import type { LanguageStore } from './language-store.ts';

/** The visible state of the live stream. */
export interface LiveStore {
  state: LiveState;
  /** Whether there is a stream to speak of. */
  isWatching: boolean;
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly text: string;
  readonly hint: string;
}

const tones = { live: 'ok', reconnecting: 'warn', offline: 'bad' } as const;

export function createLiveStore(language: LanguageStore): LiveStore {
  return {
    state: 'reconnecting',
    isWatching: false,
    get tone() {
      return tones[this.state];
    },
    get text() {
      return language.translator.t(`live.${this.state}`);
    },
    get hint() {
      return language.translator.t(`live.hint.${this.state}`);
    },
  };
}
