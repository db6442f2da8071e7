import { pagePath } from '../shell/base-path.ts';

const adminTabs = [
  'settings',
  'keys',
  'channels',
  'status',
  'alerts',
  'maintenance',
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
  return pagePath(params.size === 0 ? '/admin.html' : `/admin.html?${params}`);
}

/** A part of the page that acts when its tab is shown or left. */
interface Follower {
  tab: AdminTab;
  show(): unknown;
  leave?(): void;
}

interface AddressBar {
  search: string;
  push(address: string): void;
  replace(address: string): void;
}

/** The open tab and the filter of its list, both also in the address. */
export function createViewStore({ search, push, replace }: AddressBar) {
  const followers: Follower[] = [];
  const begun: unknown[] = [];
  return {
    ...readAdminAddress(search),
    addressOf(tab: AdminTab) {
      return adminAddress({ ...this, tab });
    },
    /** Calls `show` whenever the follower's tab is opened, and now if it is open. */
    follow(follower: Follower) {
      followers.push(follower);
      if (follower.tab === this.tab) begun.push(follower.show());
    },
    /** Resolves when everything is shown that the page began with. */
    async settled(): Promise<void> {
      await Promise.allSettled(begun);
    },
    show(tab: AdminTab) {
      for (const it of followers) if (it.tab === this.tab && tab !== this.tab) it.leave?.();
      this.tab = tab;
      for (const it of followers) if (it.tab === tab) it.show();
    },
    go(tab: AdminTab) {
      if (tab === this.tab) return;
      push(this.addressOf(tab));
      this.show(tab);
    },
    narrow(to: Partial<Omit<AdminView, 'tab'>>) {
      Object.assign(this, to);
      replace(this.addressOf(this.tab));
    },
    /** Reads the address after the reader went back or forward. */
    read(next: string) {
      const { tab, ...narrowed } = readAdminAddress(next);
      Object.assign(this, narrowed);
      this.show(tab);
    },
  };
}
