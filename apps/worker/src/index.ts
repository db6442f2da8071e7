export { createWorker, type Worker, type WorkerOptions } from './create-worker.ts';
export { workerEnvShape } from './env.ts';
export type { WorkerLimits } from './worker-deps.ts';
