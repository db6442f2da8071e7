const adminTabs = [
  'settings',
  'keys',
  'channels',
  'status',
  'security',
  'audit',
  'transfer',
  'resources',
] as const;
export type AdminTab = (typeof adminTabs)[number];

/** Which tab is shown, and what the lists are narrowed to. */
export type AdminView = ReturnType<typeof readAdminAddress>;

/** Reads a query string; nonsense in it counts as absent. */
export function readAdminAddress(search: string) {
  const params = new URLSearchParams(search);
  return {
    tab: adminTabs.find((it) => it === params.get('tab')) ?? 'settings',
    /** Of the audit log; '' shows all. */
    action: params.get('action') ?? '',
    /** Of the channels. */
    query: params.get('q') ?? '',
    areRevokedShown: params.get('revoked') === '1',
  };
}

/** The address of a view, with what only the shown tab is narrowed to. */
export function adminAddress({ tab, action, query, areRevokedShown }: AdminView): string {
  const params = new URLSearchParams();
  if (tab !== 'settings') params.set('tab', tab);
  if (tab === 'audit' && action) params.set('action', action);
  if (tab === 'channels' && query) params.set('q', query);
  if (tab === 'keys' && areRevokedShown) params.set('revoked', '1');
  return params.size === 0 ? '/admin.html' : `/admin.html?${params}`;
}
