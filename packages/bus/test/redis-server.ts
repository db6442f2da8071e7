import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const startTimeoutMs = 10_000;
const installTimeoutMs = 170_000;

/** For a hook that starts a server: the first one may have to install it. */
export const redisStartTimeoutMs = installTimeoutMs + startTimeoutMs;

export interface RedisServer {
  url: string;
  close(): Promise<void>;
}

/** A server of our own, that a test may stop and start again on the same port, empty. */
export interface PrivateRedisServer extends RedisServer {
  start(): Promise<void>;
  /** Kills it, as a power cut would. */
  stop(): Promise<void>;
  /** Lets it stand still, and go on: its connections stay open. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

/** The Redis at `REDIS_URL`, else a server of our own. */
export async function useRedisServer(): Promise<RedisServer> {
  const { REDIS_URL: url } = process.env;
  return url ? { url, close: async () => {} } : startRedisServer();
}

/**
 * Starts a private server on a free port, with nothing kept on disk; `settings` are further arguments
 * of it. Throws a sentence that says what
 * to install where there is none and it can't be installed.
 */
export async function startRedisServer(settings: string[] = []): Promise<PrivateRedisServer> {
  const binary = findBinary() ?? (await installServer());
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

function findBinary(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = ['redis-server', 'valkey-server'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return paths.find((path) => existsSync(path)) ?? null;
}

// Under a lock, as test files run side by side; with no service started, as the tests start their own.
const installScript = `
exec 9>/tmp/api-monitor-install.lock
flock 9
command -v redis-server && exit 0
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server`;

async function installServer(): Promise<string> {
  const whatToDo = 'install redis-server or valkey-server, or set REDIS_URL';
  const isRootOnDebian = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!isRootOnDebian) throw new Error(`The tests need a Redis server: ${whatToDo}.`);
  const install = promisify(execFile)('sh', ['-c', installScript], { timeout: installTimeoutMs });
  const failure = await install.then(() => null, String);
  const binary = findBinary();
  if (binary) return binary;
  throw new Error(`Redis could not be installed with apt: ${whatToDo}. ${failure ?? ''}`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  probe.once('error', reject);
  probe.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
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
  const timer = setTimeout(() => reject(new Error(`no Redis server yet:\n${log}`)), startTimeoutMs);
  await promise.finally(() => clearTimeout(timer));
}
