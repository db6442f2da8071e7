import { pagePath } from '../shell/base-path.ts';

/** The address to open after the login: always in the administration, never on another site. */
export function safeNext(search: string): string {
  const admin = pagePath('/admin.html');
  const next = new URLSearchParams(search).get('next') ?? admin;
  const query = next.startsWith(admin) ? next.slice(admin.length) : null;
  return query !== null && /^(\?[\w=&%.-]*)?$/.test(query) ? next : admin;
}
