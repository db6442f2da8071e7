export const adminTabs = [
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

/** Which part of the administration is shown, and what its view is narrowed to. */
export interface AdminView {
  tab: AdminTab;
  /** Of the audit log; '' narrows nothing. */
  action: string;
  /** Of the channels. */
  query: string;
  areRevokedShown: boolean;
}

/** Reads a query string; what makes no sense in it counts as absent. */
export function readAdminAddress(search: string): AdminView {
  const params = new URLSearchParams(search);
  return {
    tab: adminTabs.find((it) => it === params.get('tab')) ?? 'settings',
    action: params.get('action') ?? '',
    query: params.get('q') ?? '',
    areRevokedShown: params.get('revoked') === '1',
  };
}

/** The address of a view: of what it is narrowed to, that of the shown part alone. */
export function adminAddress({ tab, action, query, areRevokedShown }: AdminView): string {
  const params = new URLSearchParams();
  if (tab !== 'settings') params.set('tab', tab);
  if (tab === 'audit' && action) params.set('action', action);
  if (tab === 'channels' && query) params.set('q', query);
  if (tab === 'keys' && areRevokedShown) params.set('revoked', '1');
  return params.size === 0 ? '/admin.html' : `/admin.html?${params}`;
}
