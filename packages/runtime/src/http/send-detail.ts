import type { ServerResponse } from 'node:http';

/** Answers with an error as the monitor's API words it: `{"detail": "a sentence"}`. */
export function sendDetail(response: ServerResponse, status: number, detail: string): void {
  const body = JSON.stringify({ detail });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
