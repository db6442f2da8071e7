import { ApiFailure, sentenceOf } from '../api/failure.ts';
import { formatClock } from '../format/time.ts';
import type { LanguageStore } from './language-store.ts';
import type { TokenDialogStore } from './token-dialog-store.ts';

/** `missing`: what the address names is not there; `forbidden`: not for this reader. */
export type PagePhase = 'loading' | 'ready' | 'locked' | 'forbidden' | 'missing' | 'failed';

/** How far a page has come with what it shows, and what a failure means for it. */
export interface PageStore {
  phase: PagePhase;
  failure: string;
  /** When the server was last heard, while it is out of reach; else null. */
  staleSinceS: number | null;
  /** An answer is awaited while an earlier one is shown. */
  isBusy: boolean;
  readonly staleText: string;
  /** Tries again what failed. */
  retry(): void;
  /** Does `work`; null where it failed in a way that the page now tells of. */
  attempt<T>(work: () => Promise<T>): Promise<T | null>;
}

interface PageStoreOptions {
  language: LanguageStore;
  tokenDialog: Pick<TokenDialogStore, 'refused'>;
  nowS(): number;
  reload(): void;
}

export function createPageStore(options: PageStoreOptions): PageStore {
  const { language, nowS } = options;
  let lastHeardS: number | null = null;
  let running = 0;

  const failed = (page: PageStore, error: ApiFailure) => {
    const { status } = error;
    if (status === 401 || (status === 429 && lastHeardS === null)) {
      if (page.phase !== 'ready') page.phase = 'locked';
      options.tokenDialog.refused(error);
      return;
    }
    page.failure = sentenceOf(error, language.translator);
    if (status === 403) page.phase = 'forbidden';
    else if (status === 404) page.phase = 'missing';
    else if (lastHeardS === null) page.phase = 'failed';
    else page.staleSinceS = lastHeardS;
  };

  return {
    phase: 'loading',
    failure: '',
    staleSinceS: null,
    isBusy: false,
    get staleText() {
      if (this.staleSinceS === null) return '';
      const time = formatClock(this.staleSinceS, language.translator);
      return language.translator.t('list.stale', { time });
    },
    retry() {
      this.phase = 'loading';
      options.reload();
    },
    async attempt(work) {
      running += 1;
      this.isBusy = true;
      try {
        const answer = await work();
        lastHeardS = nowS();
        this.staleSinceS = null;
        return answer;
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        failed(this, error);
        return null;
      } finally {
        running -= 1;
        this.isBusy = running > 0;
      }
    },
  };
}
