import type { Route } from '@api-monitor/core';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Protocol } from './protocol.ts';

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
