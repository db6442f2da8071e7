import { type ChildProcess, spawn } from 'node:child_process';
import { findOnPath, findOrInstall, freePort, installTimeoutMs } from '@api-monitor/test-servers';

const startTimeoutMs = 10_000;

/** For a hook that starts a server, because it may have to install it first. */
export const redisStartTimeoutMs = installTimeoutMs + startTimeoutMs;

export interface RedisServer {
  url: string;
  close(): Promise<void>;
}

/** A private server, which a test can stop and start again on the same port, empty. */
export interface PrivateRedisServer extends RedisServer {
  start(): Promise<void>;
  /** Kills it, as a power cut would. */
  stop(): Promise<void>;
  /** Freezes it or lets it continue. Its connections stay open. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

/** The Redis at `REDIS_URL`, else a private server. */
export async function useRedisServer(): Promise<RedisServer> {
  const { REDIS_URL: url } = process.env;
  return url ? { url, close: async () => {} } : startRedisServer();
}

/**
 * Starts a private server on a free port, which keeps nothing on disk. `settings` are more arguments.
 * Throws a sentence that says what to install if there is none and apt can't install it.
 */
export async function startRedisServer(settings: string[] = []): Promise<PrivateRedisServer> {
  const binary = await findOrInstall({
    name: 'a Redis server',
    find: () => findOnPath(['redis-server', 'valkey-server']),
    debianPackage: 'redis-server',
    advice: 'install redis-server or valkey-server, or set REDIS_URL',
  });
  const port = await freePort();
  let server: ChildProcess | null = null;
  const start = async () => {
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    server = spawn(binary, [...args, ...settings], { stdio: ['ignore', 'pipe', 'inherit'] });
    await untilReady(server);
  };
  const stop = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    server.once('exit', resolve);
    server.kill('SIGKILL');
    await promise;
  };
  await start();
  const signal = (name: NodeJS.Signals) => void server?.kill(name);
  return { url: `redis://127.0.0.1:${port}`, start, stop, signal, close: stop };
}

async function untilReady(server: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let log = '';
  server.stdout?.on('data', (chunk) => {
    if (log.length > 100_000) return;
    log += chunk;
    if (/ready to accept connections/i.test(log)) resolve();
  });
  server.once('error', reject);
  server.once('exit', () => reject(new Error(`the Redis server ended:\n${log}`)));
  const timer = setTimeout(
    () => reject(new Error(`the Redis server did not start in time:\n${log}`)),
    startTimeoutMs,
  );
  await promise.finally(() => clearTimeout(timer));
}
