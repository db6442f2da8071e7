/** The wire formats, as `run_models.protocol` names them. */
export const wireProtocols = ['openai', 'anthropic', 'gemini'] as const;
export type WireProtocol = (typeof wireProtocols)[number];

/** The ways to reach a model. */
export const routes = ['chat', 'responses', 'anthropic', 'gemini', 'embeddings'] as const;
export type Route = (typeof routes)[number];

const protocolByRoute: Record<Route, WireProtocol> = {
  chat: 'openai',
  responses: 'openai',
  anthropic: 'anthropic',
  gemini: 'gemini',
  embeddings: 'openai',
};

/** The value of a row's `protocol` for a probe on `route`. */
export function protocolOf(route: Route): WireProtocol {
  return protocolByRoute[route];
}
