import { ApiFailure } from '../api/failure.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PublicStatus } from './public-status.ts';
import { type StatusView, statusView } from './status-view.ts';

export interface StatusStore {
  /** `off`: the server publishes nothing. What was loaded once stays shown while `isStale`. */
  phase: 'loading' | 'ready' | 'off' | 'failed';
  isStale: boolean;
  status: PublicStatus | null;
  readonly view: StatusView | null;
  load(): Promise<void>;
}

interface StatusOptions {
  language: LanguageStore;
  nowS(): number;
  fetchStatus(): Promise<PublicStatus>;
}

export function createStatusStore({ language, nowS, fetchStatus }: StatusOptions): StatusStore {
  return {
    phase: 'loading',
    isStale: false,
    status: null,
    get view() {
      return this.status && statusView(this.status, language.translator, nowS());
    },
    async load() {
      try {
        this.status = await fetchStatus();
        this.isStale = false;
        this.phase = 'ready';
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        const isOff = error.status === 404;
        if (isOff) this.status = null;
        this.isStale = this.status !== null;
        if (!this.isStale) this.phase = isOff ? 'off' : 'failed';
      }
    },
  };
}
