import type { Plugin } from 'vite';
import { pages } from './pages.ts';

/** Pages in folders have addresses without `.html`, such as `/docs/api`. */
const addresses = pages.filter((it) => it.includes('/')).map((it) => `/${it.replace('.html', '')}`);

/** In development, serves `/docs/api` as the API does, from `docs/api.html`. */
export function cleanUrls(): Plugin {
  return {
    name: 'clean-urls',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const [path = '', query] = request.url?.split('?') ?? [];
        if (addresses.includes(path)) request.url = `${path}.html${query ? `?${query}` : ''}`;
        next();
      });
    },
  };
}
