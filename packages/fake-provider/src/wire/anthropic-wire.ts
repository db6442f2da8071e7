import { namedEvent, piecesOf, type Reply, type Wire, type WireEvent } from './wire.ts';

const stopReasonByStop = { end: 'end_turn', limit: 'max_tokens', tool: 'tool_use' } as const;

/** Source: https://docs.anthropic.com/en/api/messages-streaming */
export const anthropicWire: Wire = {
  json: (reply, model) => ({
    ...envelope(model),
    content: contentOf(reply),
    stop_reason: stopReasonByStop[reply.stop],
    usage: { input_tokens: 20, output_tokens: reply.outputTokens },
  }),
  events: (reply, model) => [
    namedEvent('message_start', {
      message: { ...envelope(model), content: [], usage: { input_tokens: 20, output_tokens: 1 } },
    }),
    namedEvent('ping', {}),
    ...blocksOf(reply),
    namedEvent('message_delta', {
      delta: { stop_reason: stopReasonByStop[reply.stop], stop_sequence: null },
      usage: { output_tokens: reply.outputTokens },
    }),
    namedEvent('message_stop', {}),
  ],
  error: (message, type) => ({ type: 'error', error: { type, message } }),
  empty: {
    none: { ...envelope('fake'), content: [], stop_reason: 'end_turn' },
    null: { ...envelope('fake'), content: null, stop_reason: 'end_turn' },
  },
};

function envelope(model: string) {
  return { id: 'msg_fake', type: 'message', role: 'assistant', model };
}

function contentOf({ thought, text, refusal, toolCall }: Reply): object[] {
  const said = text || refusal;
  const input: unknown = toolCall ? JSON.parse(toolCall.arguments) : null;
  return [
    ...(thought ? [{ type: 'thinking', thinking: thought, signature: 'x' }] : []),
    ...(said ? [{ type: 'text', text: said }] : []),
    ...(toolCall ? [{ type: 'tool_use', id: 'toolu_fake', name: toolCall.name, input }] : []),
  ];
}

function blocksOf({ thought, text, refusal, toolCall }: Reply): WireEvent[] {
  const thoughts = piecesOf(thought).map((thinking) => ({ type: 'thinking_delta', thinking }));
  const texts = piecesOf(text || refusal).map((piece) => ({ type: 'text_delta', text: piece }));
  const inputs = piecesOf(toolCall?.arguments ?? '').map((piece) => ({
    type: 'input_json_delta',
    partial_json: piece,
  }));
  const call = { type: 'tool_use', id: 'toolu_fake', name: toolCall?.name, input: {} };
  const blocks = [
    { block: { type: 'thinking', thinking: '' }, deltas: thoughts, isThere: thought !== '' },
    { block: { type: 'text', text: '' }, deltas: texts, isThere: texts.length > 0 },
    { block: call, deltas: inputs, isThere: toolCall !== null },
  ].filter(({ isThere }) => isThere);
  // SDKs add up the blocks by their index, which has no gaps.
  return blocks.flatMap(({ block, deltas }, index) => blockOf(index, block, deltas));
}

function blockOf(index: number, block: object, deltas: object[]): WireEvent[] {
  return [
    namedEvent('content_block_start', { index, content_block: block }),
    ...deltas.map((delta) => namedEvent('content_block_delta', { index, delta })),
    namedEvent('content_block_stop', { index }),
  ];
}
