import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

/** The package's own names folders of Lambda. https://www.freedesktop.org/software/fontconfig/ */
const fontsConf = `<?xml version="1.0"?>
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
const require = createRequire(import.meta.url);
const packageEntry = require.resolve('@sparticuz/chromium');

/**
 * Starts a headless Chromium that needs nothing installed: `CHROMIUM_PATH` where it is set, else
 * the one that `@sparticuz/chromium` carries. That package is made for AWS Lambda; on any other
 * glibc system its binary runs as soon as the loader finds the libraries packed beside it.
 */
export async function launchBrowser(): Promise<Browser> {
  const ownPath = process.env.CHROMIUM_PATH;
  if (ownPath) return chromium.launch({ executablePath: ownPath, args: ['--no-sandbox'] });
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Set CHROMIUM_PATH: the Chromium that npm carries is for Linux on x64 alone');
  }
  const folder = await unpackedFolder();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    // Root has no user namespace to sandbox in; the pages are our own.
    args: ['--no-sandbox', '--headless=shell', '--font-render-hinting=none', '--disable-gpu'],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      // A bare machine has no fonts at all.
      ...(existsSync('/usr/share/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }),
    },
  });
}

/** Unpacks once per version; a rename makes it whole for whoever comes at the same time. */
async function unpackedFolder(): Promise<string> {
  const manifest = await readFile(join(dirname(packageEntry), '../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(tmpdir(), `api-monitor-chromium-${version}-${process.getuid?.() ?? 0}`);
  if (existsSync(folder)) return folder;
  const staging = await mkdtemp(`${folder}-`);
  await unpackInto(staging);
  await rename(staging, folder).catch(() => rm(staging, { recursive: true }));
  return folder;
}

/** In a process of its own: the package unpacks to the temporary folder that it starts with. */
async function unpackInto(folder: string): Promise<void> {
  const script = `import(${JSON.stringify(packageEntry)}).then((it) => it.default.executablePath())`;
  await promisify(execFile)(process.execPath, ['--eval', script], {
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    timeout: 120_000,
  });
  await writeFile(join(folder, 'fonts/fonts.conf'), fontsConf);
}
