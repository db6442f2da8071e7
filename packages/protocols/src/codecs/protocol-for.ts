import { type GatewayRoute, type Route, routes } from '@api-monitor/core';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { opaqueAnswer } from './opaque-answer.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Codec, Protocol } from './protocol.ts';
import { storedResponse } from './stored-response.ts';

const protocolByRoute: Record<Route, Protocol> = {
  chat: openaiChat,
  responses: openaiResponses,
  anthropic: anthropicMessages,
  gemini,
  embeddings: openaiEmbeddings,
};

/** The wire format of a route. */
export function protocolFor(route: Route): Protocol {
  return protocolByRoute[route];
}

/** How the answers of a client's route are read; legacy completions have the shape of chat. */
export function codecFor(route: GatewayRoute): Codec {
  if (route === 'completions') return openaiChat;
  if (route === 'responses-item') return storedResponse;
  const known = routes.find((one) => one === route);
  return known ? protocolByRoute[known] : opaqueAnswer;
}
