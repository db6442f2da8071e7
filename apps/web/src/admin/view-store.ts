import { type AdminTab, type AdminView, adminAddress, readAdminAddress } from './admin-address.ts';

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
  return {
    ...readAdminAddress(search),
    addressOf(tab: AdminTab) {
      return adminAddress({ ...this, tab });
    },
    /** Calls `show` whenever the follower's tab is opened, and now if it is open. */
    follow(follower: Follower) {
      followers.push(follower);
      if (follower.tab === this.tab) follower.show();
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
