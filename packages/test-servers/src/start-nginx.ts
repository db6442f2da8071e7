import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export interface Nginx {
  port: number;
  origin: string;
  pid: number;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

interface Options {
  /** The command that runs it; its arguments are added. */
  command: readonly [string, ...string[]];
  /** Directives of the `server` block. */
  server: string;
  /** More directives of the `http` block. */
  http?: string;
}

const startTimeoutMs = 10_000;
const stopTimeoutMs = 5_000;
const logLimit = 20_000;

/**
 * Starts an nginx with one worker on a free loopback port, with its files in a temporary folder. Throws
 * with nginx's log if it doesn't listen within 10 s.
 */
export async function startNginx({ command, server, http = '' }: Options): Promise<Nginx> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-nginx-'));
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configOf(folder, port, server, http));
  const [program, ...args] = command;
  const child = spawn(program, [...args, '-p', folder, '-c', file, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log = keepLog(child);
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isListening(port))) {
    if (hasEnded(child) || performance.now() > deadline) {
      await stop();
      throw new Error(`nginx did not start:\n${log()}`);
    }
    await pause(20);
  }
  return { port, origin: `http://127.0.0.1:${port}`, pid: child.pid ?? Number.NaN, stop };
}

/** All files are in the folder, so it doesn't need root. As root it stays root, to be able to read them. */
function configOf(folder: string, port: number, server: string, http: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log stderr warn;
    events { worker_connections 8192; }
    http {
      access_log off;
      ${paths.map((path) => `${path}_temp_path ${folder}/${path};`).join(' ')}
      ${http}
      server { listen 127.0.0.1:${port} backlog=4096; ${server} }
    }`;
}

function keepLog(child: ChildProcess): () => string {
  let log = '';
  child.stderr?.on('data', (chunk) => {
    if (log.length < logLimit) log += chunk;
  });
  child.on('error', (error) => {
    log += error.message;
  });
  return () => log;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited.finally(() => clearTimeout(timer));
}

/** Also true if it never started. */
function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
