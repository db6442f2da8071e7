import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { showSecrets } from '@api-monitor/api';
import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import { createLogger, describeStartFault, readEnv, shutDownOnSignals } from '@api-monitor/runtime';
import { type DemoChannel, demoChannels } from './demo-channels.ts';
import { playTraffic } from './demo-traffic.ts';
import { endAfter } from './end-after.ts';
import { envSchema } from './env.ts';
import { greet } from './greet.ts';
import { type Embedded, startEmbedded } from './start-embedded.ts';

const webRoot = fileURLToPath(new URL('../../web/dist', import.meta.url));
const providerKey = 'sk-demo-provider-0123456789';
const roundMs = 15_000;
const heading =
  'The page asks for the first, the gateway for the second; they hold for this demo alone:';

/** The monitor beside providers of its own, so that it shows its work without any account. */
async function startDemo(): Promise<void> {
  const token = `demo-${randomBytes(9).toString('base64url')}`;
  const masterToken = `sk-demo-${randomBytes(12).toString('base64url')}`;
  const env = readEnv(envSchema, {
    ...process.env,
    HOST: process.env.HOST ?? '127.0.0.1',
    DATA_DIR: join(process.env.DATA_DIR ?? 'data', 'demo'),
    API_MONITOR_TOKEN: token,
    PROXY_MASTER_TOKEN: masterToken,
    UPSTREAM_ALLOW_PRIVATE: 'on',
  });
  const logger = createLogger({ name: 'demo', level: 'warn' });
  // The demo's own tokens stand in the environment; what is made beside them nobody needs.
  const embedded = await startEmbedded({
    env,
    logger,
    webRoot,
    onDeath: (error) => endAfter(error, logger),
    onSecretsMade: () => {},
  });
  const origin = `http://127.0.0.1:${embedded.port}`;
  const call = caller(origin, token);
  const stop = new AbortController();
  const providers = await Promise.all(demoChannels.map((channel) => addChannel(channel, call)));
  shutDownOnSignals({ close: () => closeAll(stop, embedded, providers) }, logger);
  const tokens = [
    { name: 'API_MONITOR_TOKEN', value: token },
    { name: 'PROXY_MASTER_TOKEN', value: masterToken },
  ];
  process.stdout.write(showSecrets(heading, tokens) + greet(embedded.port));
  await Promise.all([
    playRounds(providers, call, stop.signal),
    playTraffic({ origin, token: masterToken, signal: stop.signal }),
  ]);
}

type Call = (method: string, path: string, body?: object) => Promise<unknown>;

function caller(origin: string, token: string): Call {
  return async (method, path, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    });
    return response.json();
  };
}

/** Starts the channel's provider and adds the channel, or points the one of an earlier demo to it. */
async function addChannel(channel: DemoChannel, call: Call): Promise<FakeProvider> {
  const { models, pace } = channel;
  const provider = await startFakeProvider({ models, pace, apiKey: providerKey });
  const fields = {
    name: channel.name,
    base_url: provider.origin,
    api_key: channel.isKeyWrong ? 'sk-demo-expired-0000' : providerKey,
    interval_min: 1,
    timeout_s: 6,
  };
  const { items } = (await call('GET', '/api/targets?history=0')) as TargetList;
  const known = items.find((item) => item.name === channel.name);
  if (known) await call('PATCH', `/api/targets/${known.id}`, fields);
  else await call('POST', '/api/targets', fields);
  return provider;
}

interface TargetList {
  items: { id: number; name: string }[];
}

/** Runs every channel each round, and lets the moody models change theirs. */
async function playRounds(providers: FakeProvider[], call: Call, stop: AbortSignal) {
  for (let round = 0; !stop.aborted; round += 1) {
    for (const [index, channel] of demoChannels.entries()) {
      for (const [model, moods] of Object.entries(channel.moods ?? {})) {
        const mood = moods[round % moods.length];
        if (mood) providers[index]?.setBehaviour(model, mood);
      }
    }
    const { items } = (await call('GET', '/api/targets?history=0')) as TargetList;
    await Promise.all(items.map(({ id }) => call('POST', `/api/targets/${id}/run`)));
    await pause(roundMs, null, { signal: stop }).catch(() => {});
  }
}

async function closeAll(stop: AbortController, embedded: Embedded, providers: FakeProvider[]) {
  stop.abort();
  await embedded.close();
  await Promise.all(providers.map((provider) => provider.close()));
}

try {
  await startDemo();
} catch (error) {
  console.error(describeStartFault(error) ?? error);
  process.exit(1);
}
