import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onCore } from './cores.ts';
import { freePort } from './free-port.ts';

export interface Nginx {
  origin: string;
  stop(): Promise<void>;
}

interface Options {
  /** A folder of its own; made where it doesn't exist. */
  folder: string;
  core: number;
  /** What stands in the `server` block, and beside it in `http`. */
  server: string;
  http?: string;
}

const startTimeoutMs = 5_000;

/** Starts an nginx with one worker on a free port; throws where it doesn't listen within 5 s. */
export async function startNginx({ folder, core, server, http = '' }: Options): Promise<Nginx> {
  const port = await freePort();
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configOf(folder, port, server, http));
  const { command, args } = onCore(core, 'nginx', ['-p', folder, '-c', file, '-e', 'stderr']);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isListening(port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error('nginx did not start');
    }
    await pause(20);
  }
  return { origin: `http://127.0.0.1:${port}`, stop };
}

/** Everything lies in the folder, so that nobody needs to be root; who is stays so, to read it. */
function configOf(folder: string, port: number, server: string, http: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log stderr warn;
    events { worker_connections 8192; }
    http {
      access_log off; keepalive_requests 1000000000; default_type application/json;
      client_max_body_size 60m; client_body_buffer_size 256k;
      ${paths.map((path) => `${path}_temp_path ${folder}/${path};`).join(' ')}
      ${http}
      server { listen 127.0.0.1:${port} backlog=4096; ${server} }
    }`;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
