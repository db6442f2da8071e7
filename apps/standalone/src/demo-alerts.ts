import { type AlertReceiver, startAlertReceiver } from '@api-monitor/fake-provider';
import { type AdminCall, itemOf } from './demo-admin.ts';

const name = 'Demo webhook';
const path = '/api/alerts/destinations';

/** Starts a webhook whose page shows what came, and has the monitor send its alerts there. */
export async function addReceiver(call: AdminCall): Promise<AlertReceiver> {
  const receiver = await startAlertReceiver();
  const config = { url: receiver.url };
  const known = itemOf(await call('GET', path), name);
  if (known) await call('PATCH', `${path}/${known.id}`, { config });
  else await call('POST', path, { name, kind: 'webhook', config });
  return receiver;
}
