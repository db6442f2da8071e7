import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { cleanUrls } from './build/clean-urls.ts';
import { icons } from './build/icons.ts';
import { pages } from './build/pages.ts';
import { partials } from './build/partials.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}../../package.json`, 'utf8'));
const apiPort = process.env.PORT ?? '8081';

export default defineConfig({
  root,
  // For `%VITE_VERSION%` in the footer.
  define: { 'import.meta.env.VITE_VERSION': JSON.stringify(version) },
  plugins: [partials(root), icons(root), cleanUrls(), tailwindcss()],
  experimental: {
    // Relative within scripts and styles, so that they work below any base path. The API puts it into the pages.
    renderBuiltUrl: (_file, { hostType }) => (hostType === 'html' ? undefined : { relative: true }),
  },
  build: {
    // Inlined `data:` URLs would need `img-src data:` in the API's content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: pages.map((page) => root + page) },
  },
  server: {
    proxy: {
      '/api': `http://127.0.0.1:${apiPort}`,
      '/status/': `http://127.0.0.1:${apiPort}`,
      '/badge': `http://127.0.0.1:${apiPort}`,
    },
  },
});
