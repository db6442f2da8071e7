import type { Plugin } from 'vite';

/** In development, serves `/docs/api` as the api does: from `docs/api.html`. */
export function cleanUrls(): Plugin {
  return {
    name: 'clean-urls',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        if (request.url === '/docs/api') request.url = '/docs/api.html';
        next();
      });
    },
  };
}
