import { type AdminTab, readAdminAddress } from './admin-address.ts';

/** Which part of the administration is shown; the address says so too. */
export interface TabsStore {
  current: AdminTab;
  go(tab: AdminTab): void;
  /** The address changed under the page. */
  follow(search: string): void;
  addressOf(tab: AdminTab): string;
}

interface TabsOptions {
  search: string;
  addressOf(tab: AdminTab): string;
  push(address: string): void;
  onShow(tab: AdminTab): void;
}

export function createTabsStore({ search, addressOf, push, onShow }: TabsOptions): TabsStore {
  return {
    current: readAdminAddress(search).tab,
    go(tab) {
      if (tab === this.current) return;
      this.current = tab;
      push(addressOf(tab));
      onShow(tab);
    },
    follow(next) {
      this.current = readAdminAddress(next).tab;
      onShow(this.current);
    },
    addressOf,
  };
}
