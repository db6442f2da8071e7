import { hash } from 'node:crypto';
import { createProxyKey, createTarget, type OpenedDatabase, openDatabase } from '@api-monitor/db';
import { finishOneRun } from '../finish-one-run.ts';
import { targetInput } from '../target-input.ts';
import { isPaced, type Kind, kinds, modelName, type Origins } from './contenders.ts';

export interface Seeded {
  /** A key with every limit that there is, each too high to be met. */
  gatewayKey: string;
  /** Channels to be probed while the gateway works. */
  probedIds: number[];
}

interface Options {
  dataDir: string;
  origins: Pick<Origins, 'provider' | 'streamProvider'>;
  /** The origin of the provider behind the channels that are probed. */
  probedOrigin: string;
  probedCount: number;
}

const gatewayKey = 'sk-am-of-the-benchmarks-0123456789';
export const providerKey = 'sk-of-the-probed-channels-0123456789';
const dayMin = 1440;

/** Fills an empty data folder: a channel for each kind, its model just proven alive, and a key. */
export async function seedChannels(options: Options): Promise<Seeded> {
  const nowS = Date.now() / 1000;
  const db = await openDatabase({ dataDir: options.dataDir, now: () => nowS });
  try {
    const ids: number[] = [];
    for (const kind of kinds) {
      const origin = options.origins[isPaced(kind) ? 'streamProvider' : 'provider'];
      ids.push(await seedKind(db, kind, origin, nowS));
    }
    await seedKey(db, ids, nowS);
    return { gatewayKey, probedIds: await seedProbed(db, options, nowS) };
  } finally {
    await db.close();
  }
}

async function seedKind(db: OpenedDatabase, kind: Kind, origin: string, nowS: number) {
  const named = targetInput({ name: kind, base_url: `${origin}/${kind}`, api_key: providerKey });
  const { id } = await createTarget(db, { ...named, interval_min: dayMin }, nowS);
  await finishOneRun(db, { targetId: id, models: 1, nowS });
  return id;
}

async function seedKey(db: OpenedDatabase, ids: number[], nowS: number): Promise<void> {
  const input = {
    name: 'bench',
    allowed_target_ids: ids,
    allowed_models: kinds.map((kind) => `${kind}/${modelName}`),
    description: '',
    enabled: true,
    expires_at: nowS + 86_400,
    rpm_limit: 1_000_000_000,
    tpm_limit: 1_000_000_000_000,
  };
  const secret = { key_hash: hash('sha256', gatewayKey), key_prefix: gatewayKey.slice(0, 10) };
  await createProxyKey(db, { ...input, ...secret }, nowS);
}

/** Disabled, so that they run when they are told to and never by themselves. */
async function seedProbed(db: OpenedDatabase, options: Options, nowS: number): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 1; index <= options.probedCount; index += 1) {
    const base_url = options.probedOrigin;
    const named = targetInput({ name: `Probed ${index}`, base_url, api_key: providerKey });
    ids.push((await createTarget(db, { ...named, enabled: false }, nowS)).id);
  }
  return ids;
}
