import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerTo } from './answer-question.ts';
import type { ModelRequest } from './model-request.ts';
import { type Reply, replyWith, type WireEvent } from './wire/wire.ts';

/** One way to answer. It may end the response, break it, or leave it open until the caller leaves. */
export type Behaviour = (request: ModelRequest, response: ServerResponse) => void | Promise<void>;

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

/** The text of an event as it is sent. */
export function eventText({ event, data }: WireEvent): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** Streams events at the provider's pace, and ends. */
export async function sendEvents(
  request: ModelRequest,
  response: ServerResponse,
  events: WireEvent[],
): Promise<void> {
  response.writeHead(200, { 'content-type': streamType, 'cache-control': 'no-cache' });
  for (const event of events) {
    if (request.pace.pieceDelayMs > 0) await pause(request, request.pace.pieceDelayMs);
    if (request.closed.aborted) return;
    response.write(eventText(event));
  }
  response.end();
}

/** Waits until the time has passed or the caller leaves. */
export async function pause(request: ModelRequest, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: request.closed }).catch(() => {});
}

/** The good answer: the model names itself. */
export function goodReply(request: ModelRequest): Reply {
  const answer = request.thinks ? answerTo(request.body) : null;
  return replyWith({ text: answer ?? `I am ${request.model}.` });
}

/** Sends a reply in the requested form, streamed or whole. */
export async function sendReply(
  request: ModelRequest,
  response: ServerResponse,
  reply: Reply = goodReply(request),
): Promise<void> {
  const { wire, model, isStream } = request;
  if (isStream) await sendEvents(request, response, wire.events(reply, model));
  else sendJson(response, 200, wire.json(reply, model));
}

/** Sends an error in the route's own format. */
export function sendError(
  { wire }: ModelRequest,
  response: ServerResponse,
  status: number,
  message: string,
  type = 'invalid_request_error',
): void {
  sendJson(response, status, wire.error(message, type, status));
}

/** The whole body of a good answer, and its type. */
export function goodBody(request: ModelRequest): { contentType: string; text: string } {
  const { wire, model, isStream } = request;
  const reply = goodReply(request);
  return isStream
    ? { contentType: streamType, text: wire.events(reply, model).map(eventText).join('') }
    : { contentType: jsonType, text: JSON.stringify(wire.json(reply, model)) };
}

/** The behaviour that always sends this body. */
export const body =
  (status: number, contentType: string, text: string): Behaviour =>
  (_, response) =>
    sendBody(response, status, contentType, text);

/** The behaviour that always sends this JSON. */
export const json = (status: number, value: unknown): Behaviour =>
  body(status, jsonType, JSON.stringify(value));

/** The behaviour that sends the good body in one piece, changed. */
export const changedBody =
  (
    change: (text: string, request: ModelRequest) => string | Buffer,
    headers: Record<string, string> = {},
  ): Behaviour =>
  (request, response) => {
    const { contentType, text } = goodBody(request);
    sendBody(response, 200, contentType, change(text, request), headers);
  };
