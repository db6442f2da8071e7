import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface BareServer {
  origin: string;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('bare-server.ts', import.meta.url));

/** Starts `bare-server.ts` in a process of its own, as the product is. */
export async function startBareServer(): Promise<BareServer> {
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  const { port } = JSON.parse(String(line)) as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
