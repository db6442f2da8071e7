import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const includeMark = /^([ \t]*)<!-- include (\S+) -->$/gm;

/** Replaces `<!-- include path -->` lines, paths relative to the web room; a partial may include others. */
export function partials(root: string): Plugin {
  const seen = new Set<string>();
  const expand = (html: string): string =>
    html.replace(includeMark, (_mark, indent: string, path: string) => {
      const file = join(root, path);
      seen.add(file);
      return expand(readFileSync(file, 'utf8').trimEnd()).replace(/^/gm, indent);
    });

  return {
    name: 'partials',
    transformIndexHtml: { order: 'pre', handler: expand },
    handleHotUpdate({ file, server }) {
      if (seen.has(file)) server.ws.send({ type: 'full-reload' });
    },
  };
}
