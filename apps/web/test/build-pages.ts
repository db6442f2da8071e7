import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds the pages as `pnpm build` does, so that tests never run against an old build. */
export async function buildPages(): Promise<void> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  await build({ root, configFile: `${root}vite.config.ts`, logLevel: 'error' });
}
