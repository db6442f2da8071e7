import { piecesOf, type Reply, type Wire, type WireEvent } from './wire.ts';

const finishByStop = { end: 'STOP', limit: 'MAX_TOKENS', tool: 'STOP' } as const;

/** Source: https://ai.google.dev/api/generate-content */
export const geminiWire: Wire = {
  json: (reply, model) => chunkOf(partsOf(reply), reply, model, true),
  events: (reply, model) => {
    const parts = [
      ...piecesOf(reply.thought).map((text) => ({ text, thought: true })),
      ...piecesOf(reply.text || reply.refusal).map((text) => ({ text })),
      ...callParts(reply),
    ];
    return [
      ...parts.map((part): WireEvent => ({ data: chunkOf([part], reply, model, false) })),
      { data: chunkOf([], reply, model, true) },
    ];
  },
  error: (message, type, status) => ({ error: { code: status, message, status: type } }),
  empty: {
    none: { candidates: [], modelVersion: 'fake' },
    null: { candidates: null, modelVersion: 'fake' },
  },
};

function chunkOf(parts: object[], reply: Reply, model: string, isLast: boolean) {
  const finish = isLast ? { finishReason: finishByStop[reply.stop] } : {};
  return {
    candidates: [{ content: { role: 'model', parts }, index: 0, ...finish }],
    usageMetadata: {
      promptTokenCount: 20,
      candidatesTokenCount: reply.outputTokens - reply.thoughtTokens,
      thoughtsTokenCount: reply.thoughtTokens,
    },
    modelVersion: model,
  };
}

function partsOf(reply: Reply): object[] {
  const said = reply.text || reply.refusal;
  return [
    ...(reply.thought ? [{ text: reply.thought, thought: true }] : []),
    ...(said ? [{ text: said }] : []),
    ...callParts(reply),
  ];
}

function callParts({ toolCall }: Reply): object[] {
  if (!toolCall) return [];
  const args: unknown = JSON.parse(toolCall.arguments);
  return [{ functionCall: { name: toolCall.name, args } }];
}
