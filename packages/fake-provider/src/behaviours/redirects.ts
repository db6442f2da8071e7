import type { ServerResponse } from 'node:http';
import { type Behaviour, goodReply, sendReply } from '../send.ts';

function redirect(response: ServerResponse, status: number, location: string): void {
  response.writeHead(status, { location }).end();
}

/** Redirects within the provider's origin and beyond it. */
export const redirects = {
  redirect_same_origin: (ask, response) => {
    if (ask.url.includes('followed')) return sendReply(ask, response, goodReply(ask));
    redirect(response, 307, `${ask.url}${ask.url.includes('?') ? '&' : '?'}followed`);
  },
  redirect_cross_origin: (ask, response) => {
    redirect(response, 307, `${ask.otherOrigin}${ask.url}`);
  },
  redirect_302_cross_origin: (ask, response) => {
    redirect(response, 302, `${ask.otherOrigin}${ask.url}`);
  },
  redirect_to_login: (_, response) => redirect(response, 302, '/login'),
  redirect_loop: (ask, response) => redirect(response, 308, ask.url),
} satisfies Record<string, Behaviour>;
