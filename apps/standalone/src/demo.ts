import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { showSecrets } from '@api-monitor/api';
import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import { createLogger, describeStartFault, readEnv, shutDownOnSignals } from '@api-monitor/runtime';
import { logInAsAdmin } from './demo-admin.ts';
import { addReceiver } from './demo-alerts.ts';
import { type DemoChannel, demoChannels, trafficModels } from './demo-channels.ts';
import { addKey } from './demo-key.ts';
import { envSchema } from './env.ts';
import { type Embedded, startEmbedded, startMessage } from './start-embedded.ts';

const providerKey = 'sk-demo-provider-0123456789';
/** As often as the channels are checked. */
const roundMs = 60_000;
const question = [{ role: 'user', content: 'Which model are you?' }];
const heading =
  'For this demo: sign in with the first, call the gateway with the second, and log in to Admin with the third:';

/** Starts the monitor with its own providers, so that it shows its work without any account. */
async function startDemo(): Promise<void> {
  const token = `demo-${randomBytes(9).toString('base64url')}`;
  const masterToken = `sk-demo-${randomBytes(12).toString('base64url')}`;
  const password = `demo-${randomBytes(9).toString('base64url')}`;
  const env = readEnv(envSchema, {
    ...process.env,
    HOST: process.env.HOST ?? '127.0.0.1',
    DATA_DIR: join(process.env.DATA_DIR ?? 'data', 'demo'),
    API_MONITOR_TOKEN: token,
    PROXY_MASTER_TOKEN: masterToken,
    ADMIN_PANEL_PASSWORD: password,
    UPSTREAM_ALLOW_PRIVATE: 'on',
    PUBLIC_URL: process.env.PUBLIC_URL ?? `http://localhost:${process.env.PORT ?? 8081}`,
  });
  const logger = createLogger({ name: 'demo', level: 'warn' });
  // The demo's secrets come from the environment, and the one for visitors isn't needed.
  const embedded = await startEmbedded({ env, logger, onSecretsMade: () => {} });
  const origin = `http://127.0.0.1:${embedded.port}`;
  const stop = new AbortController();
  const call = caller(origin, token, stop.signal);
  const providers = await Promise.all(demoChannels.map((channel) => addChannel(channel, call)));
  const admin = await logInAsAdmin({ origin, password, signal: stop.signal });
  const receiver = await addReceiver(admin);
  const key = await addKey(admin);
  shutDownOnSignals({ close: () => closeAll(stop, embedded, [...providers, receiver]) }, logger);
  const secrets = [
    { name: 'API_MONITOR_TOKEN', value: token },
    { name: 'PROXY_MASTER_TOKEN', value: masterToken },
    { name: 'ADMIN_PANEL_PASSWORD', value: password },
  ];
  const alerts = `  Its alerts go to a webhook that shows them at ${receiver.origin}\n\n`;
  process.stdout.write(showSecrets(heading, secrets) + startMessage(embedded) + alerts);
  await Promise.all([
    changeMoods(providers, stop.signal),
    sendTraffic(caller(origin, masterToken, stop.signal), { pauseMs: 600, stop: stop.signal }),
    sendTraffic(caller(origin, key, stop.signal), { pauseMs: 4500, stop: stop.signal }),
  ]).catch((error) => {
    if (!stop.signal.aborted) throw error;
  });
}

type Call = (method: string, path: string, body?: object) => Promise<string>;

function caller(origin: string, token: string, stop: AbortSignal): Call {
  return async (method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([stop, AbortSignal.timeout(20_000)]),
    });
    return response.text();
  };
}

async function listChannels(call: Call): Promise<{ id: number; name: string }[]> {
  return JSON.parse(await call('GET', '/api/targets?history=0')).items;
}

/** Starts the channel's provider and adds the channel, or updates the one of an earlier demo. */
async function addChannel(channel: DemoChannel, call: Call): Promise<FakeProvider> {
  const { models, pace, account } = channel;
  const provider = await startFakeProvider({
    ...{ models, pace, apiKey: providerKey, thinks: true },
    ...(account ? { account } : {}),
  });
  const fields = {
    name: channel.name,
    base_url: provider.origin,
    api_key: channel.isKeyWrong ? 'sk-demo-expired-0000' : providerKey,
    interval_min: 1,
    timeout_s: 6,
    balance_interval_min: 5,
    price_multiplier: channel.priceMultiplier ?? 1,
    tags: channel.tags ?? [],
  };
  const known = (await listChannels(call)).find(({ name }) => name === channel.name);
  if (known) await call('PATCH', `/api/targets/${known.id}`, fields);
  else await call('POST', '/api/targets', fields);
  return provider;
}

/** Changes the behaviour of some models each round; the monitor checks them by itself. */
async function changeMoods(providers: FakeProvider[], stop: AbortSignal) {
  for (let round = 0; !stop.aborted; round += 1) {
    for (const [index, channel] of demoChannels.entries()) {
      for (const [model, moods] of Object.entries(channel.moods ?? {})) {
        const mood = moods[round % moods.length];
        if (mood) providers[index]?.setBehaviour(model, mood);
      }
    }
    await pause(roundMs, null, { signal: stop }).catch(() => {});
  }
}

/** Asks one model after the other through the gateway, every second time for a stream. */
async function sendTraffic(
  call: Call,
  { pauseMs, stop }: { pauseMs: number; stop: AbortSignal },
): Promise<void> {
  for (let turn = 0; !stop.aborted; turn += 1) {
    const model = trafficModels[turn % trafficModels.length];
    const body = { model, messages: question, stream: turn % 2 === 0 };
    await call('POST', '/v1/chat/completions', body).catch(() => {});
    await pause(pauseMs, null, { signal: stop }).catch(() => {});
  }
}

async function closeAll(
  stop: AbortController,
  embedded: Embedded,
  servers: { close(): Promise<void> }[],
) {
  stop.abort();
  await embedded.close();
  await Promise.all(servers.map((server) => server.close()));
}

try {
  await startDemo();
} catch (error) {
  console.error(describeStartFault(error) ?? error);
  process.exit(1);
}
