import type { AskProduct } from './ask-product.ts';
import { addChannel, changeMood, type SoakChannel } from './channels.ts';
import { every } from './every.ts';

const runPeriodMs = 3000;
const pollPeriodMs = 2000;
const fleetingPeriodMs = 10_000;

/** What people do to the monitor, all at once, until `signal` aborts. */
export async function loadProduct(
  ask: AskProduct,
  channels: readonly SoakChannel[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    every(runPeriodMs, signal, async (round) => {
      changeMood(channels, round);
      for (const { id } of channels) await ask('POST', `/api/targets/${id}/run`);
    }),
    every(pollPeriodMs, signal, (round) => lookAround(ask, channels, round)),
    every(fleetingPeriodMs, signal, (round) => disturb(ask, channels, round)),
  ]);
}

/** What the page asks for. */
async function lookAround(ask: AskProduct, channels: readonly SoakChannel[], round: number) {
  const id = channels[round % channels.length]?.id;
  await ask('GET', '/api/targets');
  await ask('GET', '/api/dashboard');
  await ask('GET', `/api/targets/${id}`);
  await ask('GET', `/api/targets/${id}/runs`);
  await ask('GET', `/api/targets/${id}/logs?scope=all&limit=500`);
}

/** A channel that is deleted while it runs, and one that is disabled meanwhile. */
async function disturb(ask: AskProduct, channels: readonly SoakChannel[], round: number) {
  const [first, second] = channels;
  if (!first || !second || round % 2 === 0) return;
  const id = await addChannel(ask, `Fleeting ${round}`, second.provider.origin).catch(() => null);
  if (id === null) return;
  await ask('POST', `/api/targets/${id}/run`);
  await ask('PATCH', `/api/targets/${second.id}`, { enabled: false });
  await ask('PATCH', `/api/targets/${second.id}`, { enabled: true });
  await ask('DELETE', `/api/targets/${id}`);
}
