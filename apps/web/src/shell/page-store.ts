import { ApiFailure, sentenceOf } from '../api/failure.ts';
import { formatClock } from '../format/time.ts';
import type { TokenDialogStore } from '../token/token-dialog-store.ts';
import { initially } from './initially.ts';
import type { LanguageStore } from './language-store.ts';

/** `missing`: the address names something that doesn't exist; `forbidden`: this reader may not see it. */
export type PagePhase = 'loading' | 'ready' | 'locked' | 'forbidden' | 'missing' | 'failed';

interface PageStoreOptions {
  language: LanguageStore;
  tokenDialog: Pick<TokenDialogStore, 'refused'>;
  nowS(): number;
  reload(): void;
}

/** The phase of a page that loads its content, and what each failure means for it. */
export function createPageStore(options: PageStoreOptions) {
  const { language, nowS } = options;
  let lastAnswerS: number | null = null;
  let running = 0;

  const fail = (page: PageStore, error: ApiFailure) => {
    const { status } = error;
    if (status === 401 || (status === 429 && lastAnswerS === null)) {
      if (page.phase !== 'ready') page.phase = 'locked';
      page.isLoggedOut = true;
      options.tokenDialog.refused(error);
      return;
    }
    page.failure = sentenceOf(error, language.translator);
    if (status === 403) page.phase = 'forbidden';
    else if (status === 404) page.phase = 'missing';
    else if (lastAnswerS === null) page.phase = 'failed';
    else page.staleSinceS = lastAnswerS;
  };

  return {
    phase: initially<PagePhase>('loading'),
    failure: '',
    /** When the server last answered, while it is unreachable; else null. */
    staleSinceS: initially<number | null>(null),
    /** Whether the last answer asked for a login. What a page repeats by itself must stop then. */
    isLoggedOut: false,
    /** Whether the page waits for an answer while it shows an earlier one. */
    isBusy: false,
    /** Whether changes should be watched for: not until a login that is missing. */
    get mayWatch() {
      return !this.isLoggedOut && (this.phase === 'ready' || this.phase === 'failed');
    },
    get staleText() {
      if (this.staleSinceS === null) return '';
      const time = formatClock(this.staleSinceS, language.translator);
      return language.t('list.stale', { time });
    },
    /** Repeats the call that failed. */
    retry() {
      this.phase = 'loading';
      options.reload();
    },
    /** Does `work`; null if it failed in a way that the page now shows. */
    async attempt<T>(work: () => Promise<T>): Promise<T | null> {
      running += 1;
      this.isBusy = true;
      try {
        const answer = await work();
        lastAnswerS = nowS();
        this.staleSinceS = null;
        this.isLoggedOut = false;
        return answer;
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        fail(this, error);
        return null;
      } finally {
        running -= 1;
        this.isBusy = running > 0;
      }
    },
  };
}

export type PageStore = ReturnType<typeof createPageStore>;
