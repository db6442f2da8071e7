import { type AlertReceiver, startAlertReceiver } from '@api-monitor/fake-provider';

interface Monitor {
  origin: string;
  password: string;
  signal: AbortSignal;
}

const name = 'Demo webhook';
const path = '/api/alerts/destinations';

/** Starts a webhook whose page shows what came, and has the monitor send its alerts there. */
export async function addReceiver({ origin, password, signal }: Monitor): Promise<AlertReceiver> {
  const receiver = await startAlertReceiver();
  const headers = { 'content-type': 'application/json', origin, cookie: '' };
  const call = async (method: string, to: string, body?: object) => {
    const response = await fetch(origin + to, {
      ...{ method, headers, signal },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${to}: ${response.status}`);
    return response;
  };
  const login = await call('POST', '/api/admin/login', { password });
  headers.cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { items } = readItems(await (await call('GET', path)).text());
  const config = { url: receiver.url };
  const known = items.find((one) => one.name === name);
  if (known) await call('PATCH', `${path}/${known.id}`, { config });
  else await call('POST', path, { name, kind: 'webhook', config });
  return receiver;
}

function readItems(text: string): { items: { id: number; name: string }[] } {
  return JSON.parse(text);
}
