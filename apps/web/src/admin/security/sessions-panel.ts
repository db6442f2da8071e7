import { load, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { AdminSession } from '../../api/wire-types.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

/** Who is logged in, and from where. */
export function createSessionsPanel({
  client,
  language,
  toasts,
  attempt,
  perform,
  view,
}: AdminParts) {
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    sessions: initially<AdminSession[]>([]),
    get rows() {
      return this.sessions.map((session) => ({
        id: session.id,
        device: deviceOf(session.user_agent) ?? language.t('admin.sessions.unknown'),
        agent: session.user_agent,
        address: session.address,
        seenAt: session.last_seen_at,
        isOwn: session.current,
      }));
    },
    init() {
      view.follow({ tab: 'security', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        this.sessions = (await answerOf(client.api.admin.sessions.$get())).items;
      });
    },
    async revoke(id: number) {
      await perform(async () => {
        const param = { id: String(id) };
        await answerOf(client.api.admin.sessions[':id'].$delete({ param }));
        this.sessions = this.sessions.filter((it) => it.id !== id);
        toasts.show(language.t('admin.sessions.revoked'));
      });
    },
  };
}

/** In this order: a browser's User-Agent also names the browsers that it descends from. */
const browsers = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
  ['curl/', 'curl'],
] as const;
const systems = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** The browser and system in a User-Agent header: `Firefox · Linux`; null if neither is known. */
function deviceOf(userAgent: string): string | null {
  const find = (names: readonly (readonly [string, string])[]) =>
    names.find(([mark]) => userAgent.includes(mark))?.[1];
  const parts = [find(browsers), find(systems)].filter((it) => it !== undefined);
  return parts.length === 0 ? null : parts.join(' · ');
}
