import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import { deviceOf } from './device-of.ts';

type AdminSession = Awaited<ReturnType<typeof listSessions>>[number];

interface SessionRow {
  id: number;
  device: string;
  agent: string;
  address: string;
  seenAt: number;
  isOwn: boolean;
}

/** Who is logged in, and from where. */
export interface SessionsStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  sessions: AdminSession[];
  readonly rows: SessionRow[];
  load(): Promise<void>;
  revoke(id: number): Promise<void>;
  logout(): Promise<void>;
}

interface SessionsOptions {
  client: ApiClient;
  language: LanguageStore;
  toasts: ToastStore;
  attempt: Attempt;
  onLoggedOut(): void;
}

export function createSessionsStore(options: SessionsOptions): SessionsStore {
  const { client, language, toasts, attempt } = options;
  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    sessions: [],
    get rows() {
      return this.sessions.map((session) => rowOf(session, language));
    },
    async load() {
      const isLoaded = await attempt(this, async () => {
        this.sessions = await listSessions(client);
      });
      if (isLoaded) this.phase = 'ready';
      else if (this.phase !== 'ready') this.phase = 'failed';
    },
    async revoke(id) {
      const param = { id: String(id) };
      const isRevoked = await attempt(this, async () => {
        await answerOf(client.api.admin.sessions[':id'].$delete({ param }));
        this.sessions = this.sessions.filter((it) => it.id !== id);
      });
      if (isRevoked) toasts.show(language.translator.t('admin.sessions.revoked'));
    },
    async logout() {
      const isOut = await attempt(this, async () => {
        await answerOf(client.api.admin.logout.$post());
      });
      if (isOut) options.onLoggedOut();
      else toasts.show(this.failure, { tone: 'bad' });
    },
  };
}

function rowOf(session: AdminSession, { translator }: LanguageStore): SessionRow {
  return {
    id: session.id,
    device: deviceOf(session.user_agent) ?? translator.t('admin.sessions.unknown'),
    agent: session.user_agent,
    address: session.address,
    seenAt: session.last_seen_at,
    isOwn: session.current,
  };
}

async function listSessions(client: ApiClient) {
  return (await answerOf(client.api.admin.sessions.$get())).items;
}
