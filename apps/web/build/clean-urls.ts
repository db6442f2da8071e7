import type { Plugin } from 'vite';

const pages = ['/docs/api', '/docs/proxy', '/admin/login'];

/** In development, serves `/docs/api` as the api does: from `docs/api.html`. */
export function cleanUrls(): Plugin {
  return {
    name: 'clean-urls',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const [path = '', query] = request.url?.split('?') ?? [];
        if (pages.includes(path)) request.url = `${path}.html${query ? `?${query}` : ''}`;
        next();
      });
    },
  };
}
