const fallback = '/admin.html';

/** Where to go after the login: always into the administration, never to another site. */
export function safeNext(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? fallback;
  return /^\/admin\.html(\?[\w=&%.-]*)?$/.test(next) ? next : fallback;
}
