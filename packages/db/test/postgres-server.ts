import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findOrInstall, freePort } from '@api-monitor/test-servers';

const run = promisify(execFile);
const startTimeoutMs = 30_000;

export interface PostgresServer {
  /** The address of its maintenance database, as a user who may create others. */
  url: string;
  close(): Promise<void>;
}

/** A private server that a test can stop and start again on the same port with the same data. */
export interface PrivatePostgresServer extends PostgresServer {
  start(): Promise<void>;
  /** Kills it, as a power cut would. */
  stop(): Promise<void>;
  /** Suspends and resumes it; its connections stay open. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

/** The Postgres at `TEST_DATABASE_URL` (databases are created and dropped there), else a private one. */
export async function usePostgresServer(): Promise<PostgresServer> {
  const { TEST_DATABASE_URL: url } = process.env;
  return url ? { url, close: async () => {} } : startPostgresServer();
}

/** The user that needs a password; all others are trusted, on loopback only. */
export const guardedUser = 'guarded';

// Fast, because the data need to survive a crash of the server only, not of the machine.
const settings = ['fsync=off', 'full_page_writes=off'];

/**
 * Starts a private server on a free port, with its data in a temporary folder. Throws a sentence that says
 * what to install if there is none and apt can't install it.
 */
export async function startPostgresServer(): Promise<PrivatePostgresServer> {
  const binaries = await findOrInstall({
    name: 'a Postgres server',
    find: findBinaries,
    debianPackage: 'postgresql',
    advice: 'install postgresql (15 or later), or set TEST_DATABASE_URL',
  });
  const owner = await unprivilegedOwner();
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-postgres-'));
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
  await run(join(binaries, 'initdb'), init, { ...owner, cwd: folder });
  const trusted = 'host all all 127.0.0.1/32 trust';
  const guarded = `host all ${guardedUser} 127.0.0.1/32 scram-sha-256`;
  await writeFile(join(data, 'pg_hba.conf'), `${guarded}\n${trusted}\n`);

  const port = await freePort();
  const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings];
  const args = ['-D', data, '-p', `${port}`, ...flags.flatMap((flag) => ['-c', flag])];
  let server: ChildProcess | null = null;
  const start = async () => {
    server = spawn(join(binaries, 'postgres'), args, {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await untilReady(server);
  };
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = Promise.withResolvers<unknown>();
    server.once('exit', ended.resolve);
    server.kill(signal);
    await ended.promise;
  };
  await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop: () => stop(),
    signal: (name) => void server?.kill(name),
    close: async () => {
      await stop('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where `postgres` and `initdb` are: on the PATH, or where Debian keeps them, the newest first. */
async function findBinaries(): Promise<string | null> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...newest.map((version) => join(debian, version, 'bin')),
  ];
  const isWhole = (folder: string) =>
    ['postgres', 'initdb'].every((name) => existsSync(join(folder, name)));
  return folders.find(isWhole) ?? null;
}

/** Postgres refuses to run as root; its Debian package creates a user. */
async function unprivilegedOwner(): Promise<{ uid: number; gid: number } | Record<string, never>> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (flag: string, name: string) =>
    Number((await run('id', [flag, name])).stdout.trim());
  const name = await idOf('-u', 'postgres').then(
    () => 'postgres',
    () => 'nobody',
  );
  return { uid: await idOf('-u', name), gid: await idOf('-g', name) };
}

async function untilReady(server: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let log = '';
  server.stderr?.on('data', (chunk) => {
    if (log.length > 100_000) return;
    log += chunk;
    if (/ready to accept connections/i.test(log)) resolve();
  });
  server.once('error', reject);
  server.once('exit', () => reject(new Error(`the Postgres server ended:\n${log}`)));
  const timer = setTimeout(
    () => reject(new Error(`no Postgres server yet:\n${log}`)),
    startTimeoutMs,
  );
  await promise.finally(() => clearTimeout(timer));
}
