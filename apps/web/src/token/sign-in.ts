import { ApiFailure } from '../api/failure.ts';

type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

interface Options {
  /** Where the product is: monitors below different paths of an origin have logins of their own. */
  base: string;
  device: Keep;
  tab: Keep;
}

/** A login as the API takes it. */
export interface Login {
  token: string;
  remember: boolean;
}

/**
 * What this browser knows of its login. The login itself is a cookie that scripts can't read and that all
 * tabs share; a mark in the device's storage tells the other tabs of a change.
 */
export interface SignIn {
  /** Whether this browser has logged in before and not out since. */
  isMarked(): boolean;
  mark(isLoggedIn: boolean): void;
  /** Calls back when another tab has logged in or out. */
  onChangeElsewhere(callback: () => void): void;
  /** Exchanges a token that an earlier version kept for the cookie, and forgets it. */
  moveToken(logIn: (login: Login) => Promise<unknown>): Promise<void>;
}

const formerKey = 'api_monitor_token';

export function createSignIn({ base, device, tab }: Options): SignIn {
  const key = `api_monitor_login ${base}`;
  const mark = (isLoggedIn: boolean) => {
    if (!isLoggedIn) return device.removeItem(key);
    // Other tabs hear only of a value that differs.
    device.setItem(key, String(Date.now()));
  };
  return {
    isMarked: () => device.getItem(key) !== null,
    mark,
    onChangeElsewhere(callback) {
      addEventListener('storage', (event) => {
        if (event.storageArea === device && event.key === key) callback();
      });
    },
    async moveToken(logIn) {
      for (const storage of [tab, device]) {
        const token = storage.getItem(formerKey);
        if (token === null) continue;
        try {
          await logIn({ token, remember: storage === device });
          mark(true);
        } catch (error) {
          if (!(error instanceof ApiFailure)) throw error;
          // Without an answer, or after too many attempts, it is tried again with the next page.
          if (error.status !== 400 && error.status !== 401) return;
        }
        storage.removeItem(formerKey);
      }
    },
  };
}
