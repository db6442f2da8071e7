const storageKey = 'api_monitor_token';

/** Keeps the API token: on the device if the reader wants that, otherwise until the tab is closed. */
export interface TokenStore {
  read(): string | null;
  write(token: string, remember: boolean): void;
  forget(): void;
}

type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function createTokenStore(device: Keep, tab: Keep): TokenStore {
  const forget = () => {
    device.removeItem(storageKey);
    tab.removeItem(storageKey);
  };
  return {
    read: () => tab.getItem(storageKey) ?? device.getItem(storageKey),
    write(token, remember) {
      forget();
      (remember ? device : tab).setItem(storageKey, token);
    },
    forget,
  };
}
