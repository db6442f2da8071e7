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

/** Which tab is shown and what its list is narrowed to; the address says both. */
export function createViewStore({ search, push, replace }: AddressBar) {
  const followers: Follower[] = [];
  return {
    ...readAdminAddress(search),
    addressOf(tab: AdminTab) {
      return adminAddress({ ...this, tab });
    },
    /** Has a part act now if its tab is shown, and whenever it is shown from then on. */
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
    /** Follows the address after the reader went back or forward. */
    read(next: string) {
      const { tab, ...narrowed } = readAdminAddress(next);
      Object.assign(this, narrowed);
      this.show(tab);
    },
  };
}
