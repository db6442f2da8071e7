import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The exit code of a gateway that is started with this environment, and what it writes to stderr. */
function start(env: Record<string, string>): Promise<{ code: unknown; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main], { env, timeout: 20_000 }, (error, _, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
}

test.each([
  ['short', 'must have at least 16 characters'],
  ['a token of sixteen or more', 'must be printable ASCII without spaces'],
])('the gateway doesn’t start with the master token %j', async (token, fault) => {
  const { code, stderr } = await start({ PROXY_MASTER_TOKEN: token });
  expect(code).toBe(1);
  expect(stderr).toContain(`PROXY_MASTER_TOKEN: ${fault}`);
  expect(stderr).not.toContain(token);
});
