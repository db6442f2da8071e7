import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readEnv } from '@api-monitor/runtime';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { gatewayOptionsOf, proxyEnvShape } from '../src/env.ts';

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

test('the memory for bodies is raised to twice the largest body, and the log says so', () => {
  const limitMbOf = (env: Record<string, string>) => {
    const warnings: unknown[] = [];
    const logger = { warn: (...logged: unknown[]) => void warnings.push(logged) };
    const options = gatewayOptionsOf(readEnv(z.object(proxyEnvShape), env), logger);
    return [options.bodiesLimitBytes / 1024 ** 2, warnings];
  };
  expect(limitMbOf({})).toEqual([512, []]);
  expect(limitMbOf({ PROXY_BODY_MAX_MB: '256' })).toEqual([512, []]);
  expect(limitMbOf({ PROXY_BODY_MAX_MB: '300' })).toEqual([
    600,
    [[{ givenMb: 512, usedMb: 600 }, 'PROXY_BODIES_MAX_MB is raised to twice PROXY_BODY_MAX_MB']],
  ]);
});
