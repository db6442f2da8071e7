import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

/** The package's own file names folders of AWS Lambda. https://www.freedesktop.org/software/fontconfig/ */
const fontsConf = `<?xml version="1.0"?>
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
const require = createRequire(import.meta.url);
const packageEntry = require.resolve('@sparticuz/chromium');

/**
 * Starts a headless Chromium without anything installed: `CHROMIUM_PATH` if it is set, else the one in
 * `@sparticuz/chromium`. That package is made for AWS Lambda; on any other glibc system its binary
 * runs as soon as the loader finds the libraries packed with it.
 */
export async function launchBrowser(): Promise<Browser> {
  const ownPath = process.env.CHROMIUM_PATH;
  if (ownPath) return chromium.launch({ executablePath: ownPath, args: ['--no-sandbox'] });
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Set CHROMIUM_PATH: the Chromium from npm only runs on Linux on x64');
  }
  const folder = await unpackedFolder();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    // The sandbox doesn't work as root, and the pages are trusted.
    args: ['--no-sandbox', '--headless=shell', '--font-render-hinting=none', '--disable-gpu'],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      // A bare machine has no fonts.
      ...(existsSync('/usr/share/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }),
    },
  });
}

/** Unpacks once per version; the final rename makes that safe for several processes at once. */
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

/** Runs in another process, because the package unpacks to the `TMPDIR` that it starts with. */
async function unpackInto(folder: string): Promise<void> {
  const script = `import(${JSON.stringify(packageEntry)}).then((it) => it.default.executablePath())`;
  await promisify(execFile)(process.execPath, ['--eval', script], {
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    timeout: 120_000,
  });
  await writeFile(join(folder, 'fonts/fonts.conf'), fontsConf);
}
