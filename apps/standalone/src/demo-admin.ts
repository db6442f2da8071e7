interface Monitor {
  origin: string;
  password: string;
  signal: AbortSignal;
}

/** Sends a request with an admin session; returns the body. Throws if it isn't answered with a 2xx. */
export type AdminCall = (method: string, path: string, body?: object) => Promise<string>;

/** Logs in as the admin. */
export async function logInAsAdmin({ origin, password, signal }: Monitor): Promise<AdminCall> {
  const headers = { 'content-type': 'application/json', origin, cookie: '' };
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(origin + path, {
      ...{ method, headers, signal },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return response;
  };
  const login = await call('POST', '/api/admin/login', { password });
  headers.cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return async (method, path, body) => (await call(method, path, body)).text();
}

/** The entry called `name` of a list that the API answered with, unless it was revoked. */
export function itemOf(text: string, name: string): { id: number } | undefined {
  const { items }: { items: Listed[] } = JSON.parse(text);
  return items.find((one) => one.name === name && !one.revoked_at);
}

interface Listed {
  id: number;
  name: string;
  /** Only keys have it. */
  revoked_at?: number | null;
}
