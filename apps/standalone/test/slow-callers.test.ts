import { readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { started, tempDir } from './start-program.ts';

const token = 'token-of-the-test';

/** Ways to hold a connection without a key or a token. */
const openings = [
  '',
  'GET /api/health HTTP/1.1\r\nHost: x\r\nX-Slow: ',
  'POST /api/admin/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  'POST /api/targets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
];

test('an address with thousands of slow connections locks out no one, not even itself', async () => {
  const env = { DATA_DIR: await tempDir(), API_MONITOR_TOKEN: token };
  const { origin, child } = await started(env);
  const port = Number(new URL(origin).port);
  const ask = (path: string, localAddress = '127.0.0.1', headers = {}) =>
    new Promise<{ status: number | undefined; isOpen: () => boolean }>((resolve, reject) => {
      const agent = new Agent({ keepAlive: false });
      const given = { host: '127.0.0.1', port, path, localAddress, agent, headers };
      request({ ...given, timeout: 5_000 }, (answer) => {
        answer.resume().on('error', () => {});
        onTestFinished(() => void answer.destroy());
        resolve({ status: answer.statusCode, isOpen: () => !answer.destroyed });
      })
        .on('error', reject)
        .on('timeout', () => reject(new Error(`${path} from ${localAddress} waits`)))
        .end();
    });
  const events = await ask(`/api/events?token=${token}`);
  expect(events.status).toBe(200);
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let n = 0; n < 2_500; n += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(openings[n % openings.length] ?? '');
    sockets.push(socket);
  }
  for (const address of ['127.0.0.1', '127.0.0.9']) {
    expect((await ask('/api/health', address)).status).toBe(200);
  }
  const gone = () => sockets.filter(({ destroyed }) => destroyed).length;
  await expect.poll(gone).toBeGreaterThanOrEqual(500);
  // Logins reach the api, which takes two more descriptors for each.
  expect(descriptorsOf(child.pid)).toBeLessThan(4_500);
  expect(events.isOpen()).toBe(true);
});

/** How many files and connections a process has open; 0 if the system doesn't say. */
function descriptorsOf(pid: number | undefined): number {
  return process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : 0;
}
