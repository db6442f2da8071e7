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

/** The open tab, and the filters of the lists. */
export type AdminView = ReturnType<typeof readAdminAddress>;

/** Reads a query string; invalid values count as absent. */
export function readAdminAddress(search: string) {
  const params = new URLSearchParams(search);
  return {
    tab: adminTabs.find((it) => it === params.get('tab')) ?? 'settings',
    /** The action that the audit log shows; '' shows all. */
    action: params.get('action') ?? '',
    /** The search of the channels. */
    query: params.get('q') ?? '',
    areRevokedShown: params.get('revoked') === '1',
  };
}

/** The address of a view, with the filter of the open tab only. */
export function adminAddress({ tab, action, query, areRevokedShown }: AdminView): string {
  const params = new URLSearchParams();
  if (tab !== 'settings') params.set('tab', tab);
  if (tab === 'audit' && action) params.set('action', action);
  if (tab === 'channels' && query) params.set('q', query);
  if (tab === 'keys' && areRevokedShown) params.set('revoked', '1');
  return params.size === 0 ? '/admin.html' : `/admin.html?${params}`;
}
