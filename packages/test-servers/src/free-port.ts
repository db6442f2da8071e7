import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, which could take one at any moment. */
const [lowest, highest] = [10_000, 32_000];

/** A loopback port that is free now, for programs that can't choose one and report it. */
export async function freePort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = randomInt(lowest, highest);
    const server = createServer();
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
    } catch (error) {
      if (tries === 20) throw error;
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
