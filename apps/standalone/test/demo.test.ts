import { expect, test, vi } from 'vitest';
import { started, tempDir } from './start-program.ts';

vi.setConfig({ testTimeout: 120_000 });

test('the demo prints a password with which one can log in as the admin, at every start', async () => {
  const DATA_DIR = await tempDir();
  for (const ADMIN_PANEL_PASSWORD of ['of-the-real-monitor', '']) {
    const demo = await started({ DATA_DIR, ADMIN_PANEL_PASSWORD }, 'src/demo.ts');
    const password = /ADMIN_PANEL_PASSWORD {2,}(\S+)/.exec(demo.output())?.[1];
    const { status } = await fetch(`${demo.origin}/api/admin/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password }),
    });
    expect([typeof password, status]).toEqual(['string', 200]);
    demo.child.kill('SIGKILL');
    await demo.exited;
  }
});
