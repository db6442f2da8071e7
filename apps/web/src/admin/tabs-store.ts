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
  push(address: string): void;
  onShow(tab: AdminTab): void;
}

export function createTabsStore({ search, push, onShow }: TabsOptions): TabsStore {
  return {
    current: tabIn(search),
    go(tab) {
      if (tab === this.current) return;
      this.current = tab;
      push(this.addressOf(tab));
      onShow(tab);
    },
    follow(next) {
      this.current = tabIn(next);
      onShow(this.current);
    },
    addressOf(tab) {
      return tab === 'settings' ? '/admin.html' : `/admin.html?tab=${tab}`;
    },
  };
}

function tabIn(search: string): AdminTab {
  const named = new URLSearchParams(search).get('tab');
  return adminTabs.find((it) => it === named) ?? 'settings';
}
