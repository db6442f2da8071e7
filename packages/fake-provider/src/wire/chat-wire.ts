import { openaiError, piecesOf, type Reply, type Wire, type WireEvent } from './wire.ts';

const finishByStop = { end: 'stop', limit: 'length', tool: 'tool_calls' } as const;

/** Source: https://platform.openai.com/docs/api-reference/chat */
export const chatWire: Wire = {
  json: (reply, model) => ({
    ...envelope(model, 'chat.completion'),
    choices: [{ index: 0, message: messageOf(reply), finish_reason: finishByStop[reply.stop] }],
    usage: usageOf(reply),
  }),
  events: (reply, model) => [
    ...deltasOf(reply).map((delta) => chunk(model, delta, null)),
    chunk(model, {}, finishByStop[reply.stop]),
    { data: { ...envelope(model, 'chat.completion.chunk'), choices: [], usage: usageOf(reply) } },
    { data: '[DONE]' },
  ],
  error: openaiError,
  empty: {
    none: { id: 'chatcmpl-fake', object: 'chat.completion', choices: [] },
    null: { id: 'chatcmpl-fake', object: 'chat.completion', choices: null },
  },
};

function messageOf(reply: Reply) {
  const parts = [{ type: 'text', text: reply.text }];
  return {
    role: 'assistant',
    content: reply.contentAs === 'parts' ? parts : reply.text || null,
    ...(reply.thought ? { reasoning_content: reply.thought } : {}),
    ...(reply.refusal ? { refusal: reply.refusal } : {}),
    ...(reply.toolCall ? { tool_calls: [callOf(reply.toolCall)] } : {}),
  };
}

function callOf(toolCall: { name: string; arguments: string }) {
  return { index: 0, id: 'call_fake', type: 'function', function: toolCall };
}

function deltasOf(reply: Reply): object[] {
  const { toolCall } = reply;
  const content = (piece: string) =>
    reply.contentAs === 'parts' ? [{ type: 'text', text: piece }] : piece;
  return [
    { role: 'assistant', content: '' },
    ...piecesOf(reply.thought).map((piece) => ({ reasoning_content: piece })),
    ...piecesOf(reply.text).map((piece) => ({ content: content(piece) })),
    ...piecesOf(reply.refusal).map((piece) => ({ refusal: piece })),
    ...(toolCall ? [{ tool_calls: [callOf({ name: toolCall.name, arguments: '' })] }] : []),
    ...piecesOf(toolCall?.arguments ?? '').map((piece) => ({
      tool_calls: [{ index: 0, function: { arguments: piece } }],
    })),
  ];
}

function chunk(model: string, delta: object, finish: string | null): WireEvent {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { data: { ...envelope(model, 'chat.completion.chunk'), choices } };
}

function envelope(model: string, object: string) {
  return { id: 'chatcmpl-fake', object, created: 1_760_000_000, model };
}

function usageOf(reply: Reply) {
  return {
    prompt_tokens: 20,
    completion_tokens: reply.outputTokens,
    total_tokens: 20 + reply.outputTokens,
    completion_tokens_details: { reasoning_tokens: reply.thoughtTokens },
  };
}
