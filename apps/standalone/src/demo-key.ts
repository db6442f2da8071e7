import { type AdminCall, itemOf } from './demo-admin.ts';

const name = 'Demo laptop';
const path = '/api/proxy/keys';
/** The requests are used up after about half an hour, so that one sees a budget's end as well. */
const budgets = { cost_per_month: 0.5, tokens_per_day: 100_000, requests_per_day: 300 };

/** Creates a gateway key with budgets, or a new text for the one of an earlier demo; returns the text. */
export async function addKey(call: AdminCall): Promise<string> {
  const known = itemOf(await call('GET', path), name);
  const answer = known
    ? await call('POST', `${path}/${known.id}/regenerate`)
    : await call('POST', path, { name, ...budgets });
  const { proxy_key }: { proxy_key: string } = JSON.parse(answer);
  return proxy_key;
}
