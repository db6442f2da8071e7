import { join } from 'node:path';
import { readInstanceId } from '@api-monitor/db';
import { runService, serveService } from '@api-monitor/runtime';
import { z } from 'zod';
import { createWorker } from './create-worker.ts';
import { workerOptionsOf, workerServiceEnvShape } from './env.ts';

const schema = z.object(workerServiceEnvShape);

await runService({
  name: 'worker',
  schema,
  env: process.env,
  async start(service, env) {
    const { db, shutdown, now: nowS } = service;
    await serveService(service, env, { port: env.WORKER_PORT });
    const options = workerOptionsOf(env);
    const dataDir = env.DATA_DIR;
    const logDir = join(dataDir, 'logs');
    const instanceId = await readInstanceId(db, nowS());
    const worker = createWorker({ ...service, ...options, instanceId, dataDir, logDir, nowS });
    shutdown.onClose('worker', () => worker.stop(env.DRAIN_TIMEOUT_S * 1000));
    worker.start();
  },
});
