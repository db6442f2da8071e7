const fallback = '/admin.html';

/** Where to go after the login: a page of the administration, never another site. */
export function safeNext(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? fallback;
  return /^\/admin\.html(\?[\w=&%.-]*)?$/.test(next) ? next : fallback;
}
