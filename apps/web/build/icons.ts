import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const iconFolder = join(dirname(require.resolve('lucide-static/package.json')), 'icons');
const iconMark = /<svg data-icon="([a-z0-9-]+)"([^>]*)><\/svg>/g;
const iconCall = /\bicon\('([a-z0-9-]+)'/g;
const mainScript = /<script type="module" src="[./]*(src\/[\w-]+)\/main\.ts">/;

/**
 * Turns `<svg data-icon="play"></svg>` into a reference to Lucide's icon of that name and puts each
 * icon that a page or the scripts in its `main.ts`'s folder name (`icon('play')`) once into a sprite at
 * the body's start, so no icon is fetched at run time.
 */
export function icons(root: string): Plugin {
  return {
    name: 'icons',
    transformIndexHtml: {
      order: 'pre',
      handler(html) {
        const names = new Set(iconsInScripts(root, html));
        const body = html.replace(iconMark, (_mark, name: string, attributes: string) => {
          names.add(name);
          const className = attributes.includes('class=') ? '' : ' class="icon"';
          return `<svg${className}${attributes} aria-hidden="true"><use href="#icon-${name}"></use></svg>`;
        });
        const symbols = [...names].sort().map((name) => symbolOf(name));
        return body.replace(
          /<body[^>]*>/,
          (tag) => `${tag}\n<svg hidden>${symbols.join('')}</svg>`,
        );
      },
    },
  };
}

function iconsInScripts(root: string, html: string): string[] {
  const folder = html.match(mainScript)?.[1];
  if (!folder) return [];
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const scripts = files.filter((name) => name.endsWith('.ts'));
  const sources = scripts.map((name) => readFileSync(join(root, folder, name), 'utf8'));
  return [...sources.join('\n').matchAll(iconCall)].flatMap(([, name]) => name ?? []);
}

function symbolOf(name: string): string {
  const shapes = readFileSync(join(iconFolder, `${name}.svg`), 'utf8').replace(
    /^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g,
    '',
  );
  return `<symbol id="icon-${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, ' ').trim()}</symbol>`;
}
