import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import type { LanguageStore } from '../shell/language-store.ts';

interface BellOptions {
  client: ApiClient;
  language: LanguageStore;
}

export type BellStore = ReturnType<typeof createBellStore>;

const mostCounted = 99;

/** The bell of the top bar: how many incidents are open. It is hidden from those who may not see them. */
export function createBellStore({ client, language }: BellOptions) {
  return {
    isShown: false,
    /** The server wants a login, or another one: nothing is asked until that changes. */
    isRefused: false,
    /** Whether the reader is known to be a visitor. */
    isForVisitor: false,
    open: 0,
    isCritical: false,
    get tone() {
      if (this.open === 0) return 'idle' as const;
      return this.isCritical ? ('bad' as const) : ('warn' as const);
    },
    get text() {
      return this.open === 0
        ? language.t('shell.bell.none')
        : language.count('shell.bell', this.open);
    },
    get countText() {
      return this.open > mostCounted ? `${mostCounted}+` : String(this.open);
    },
    async load(): Promise<void> {
      try {
        // One that is critical shows that there are some; `open` counts all.
        const query = { state: 'open', severity: 'critical', limit: '20' } as const;
        const answer = await answerOf(client.api.incidents.$get({ query }));
        this.open = answer.open;
        this.isCritical = answer.items.length > 0;
        const isForVisitor = !answer.can_change;
        Object.assign(this, { isShown: true, isRefused: false, isForVisitor });
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        // While the server can't be reached, the bell keeps what it knew.
        if (error.status !== 401 && error.status !== 403) return;
        Object.assign(this, { isShown: false, isRefused: true });
      }
    },
  };
}
