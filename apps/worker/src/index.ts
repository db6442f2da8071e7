export { createWorker } from './create-worker.ts';
export { workerEnvShape, workerOptionsOf } from './env.ts';
