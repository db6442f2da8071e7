import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ask } from './ask.ts';
import { type Reply, replyWith } from './reply.ts';
import type { WireEvent } from './wire/wire.ts';
import { wireFor } from './wire/wire-for.ts';

/** One way to answer. It may end the response, break it, or leave it hanging until the caller goes. */
export type Behaviour = (ask: Ask, response: ServerResponse) => void | Promise<void>;

export const jsonType = 'application/json; charset=utf-8';
export const streamType = 'text/event-stream; charset=utf-8';

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendBody(response, status, jsonType, JSON.stringify(value));
}

export function sendBody(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': contentType, ...headers }).end(body);
}

/** Text of an event as it goes over the wire. */
function eventText({ event, data }: WireEvent): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** Streams events at the provider's pace and ends. */
export async function sendEvents(
  ask: Ask,
  response: ServerResponse,
  events: WireEvent[],
): Promise<void> {
  response.writeHead(200, { 'content-type': streamType, 'cache-control': 'no-cache' });
  for (const event of events) {
    if (ask.pace.pieceDelayMs > 0) await pause(ask, ask.pace.pieceDelayMs);
    if (ask.gone.aborted) return;
    response.write(eventText(event));
  }
  response.end();
}

/** Waits, or stops waiting when the caller goes. */
export async function pause(ask: Ask, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: ask.gone }).catch(() => {});
}

/** The good answer: the model names itself. */
export function goodReply(ask: Ask): Reply {
  return replyWith({ text: `I am ${ask.model}.` });
}

/** Sends a reply the way it was asked for, streamed or whole. */
export async function sendReply(ask: Ask, response: ServerResponse, reply: Reply): Promise<void> {
  const wire = wireFor(ask.route);
  if (ask.isStream) await sendEvents(ask, response, wire.events(reply, ask.model));
  else sendJson(response, 200, wire.json(reply, ask.model));
}

/** A whole body and its type, as a good answer would have them. */
export function goodBody(ask: Ask): { contentType: string; text: string } {
  const wire = wireFor(ask.route);
  const reply = goodReply(ask);
  if (!ask.isStream) {
    return { contentType: jsonType, text: JSON.stringify(wire.json(reply, ask.model)) };
  }
  return { contentType: streamType, text: wire.events(reply, ask.model).map(eventText).join('') };
}
