export { createWorker, type Worker, type WorkerOptions } from './create-worker.ts';
export { workerEnvShape, workerOptionsOf } from './env.ts';
