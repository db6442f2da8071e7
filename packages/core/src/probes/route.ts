/** The wire formats that the wire contract names in `run_models.protocol`. */
export const wireProtocols = ['openai', 'anthropic', 'gemini'] as const;
export type WireProtocol = (typeof wireProtocols)[number];

/** The ways to reach a model; `embeddings` is a probe's alone. */
export const routes = ['chat', 'responses', 'anthropic', 'gemini', 'embeddings'] as const;
export type Route = (typeof routes)[number];

const protocolByRoute: Record<Route, WireProtocol> = {
  chat: 'openai',
  responses: 'openai',
  anthropic: 'anthropic',
  gemini: 'gemini',
  embeddings: 'openai',
};

/** The value of a row's `protocol` for a probe that went along `route`. */
export function protocolOf(route: Route): WireProtocol {
  return protocolByRoute[route];
}
