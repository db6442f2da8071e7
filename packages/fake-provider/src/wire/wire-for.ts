import type { FakeRoute } from '../ask.ts';
import { anthropicWire } from './anthropic-wire.ts';
import { chatWire } from './chat-wire.ts';
import { embeddingsWire } from './embeddings-wire.ts';
import { geminiWire } from './gemini-wire.ts';
import { responsesWire } from './responses-wire.ts';
import type { Wire } from './wire.ts';

const wireByRoute: Record<FakeRoute, Wire> = {
  chat: chatWire,
  responses: responsesWire,
  anthropic: anthropicWire,
  gemini: geminiWire,
  embeddings: embeddingsWire,
};

export function wireFor(route: FakeRoute): Wire {
  return wireByRoute[route];
}
