const fallback = '/admin.html';

/** The address to open after the login: always in the administration, never on another site. */
export function safeNext(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? fallback;
  return /^\/admin\.html(\?[\w=&%.-]*)?$/.test(next) ? next : fallback;
}
