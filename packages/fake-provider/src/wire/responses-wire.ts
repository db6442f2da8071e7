import { piecesOf, type Reply } from '../reply.ts';
import { openaiError, type Wire, type WireEvent } from './wire.ts';

/** Source: https://platform.openai.com/docs/api-reference/responses-streaming */
export const responsesWire: Wire = {
  json: (reply, model) => responseOf(reply, model),
  events: (reply, model) => {
    const started = { ...responseOf(reply, model), status: 'in_progress', output: [], usage: null };
    const type = reply.stop === 'limit' ? 'response.incomplete' : 'response.completed';
    return [
      named('response.created', { response: started }),
      named('response.in_progress', { response: started }),
      ...deltasOf(reply),
      named(type, { response: responseOf(reply, model) }),
    ];
  },
  error: openaiError,
  empty: {
    none: { id: 'resp_fake', object: 'response', status: 'completed', error: null, output: [] },
    null: { id: 'resp_fake', object: 'response', status: 'completed', error: null, output: null },
  },
};

function named(type: string, fields: object): WireEvent {
  return { event: type, data: { type, ...fields } };
}

function deltasOf(reply: Reply): WireEvent[] {
  const delta = (type: string, text: string, fields: object = {}) =>
    piecesOf(text).map((piece) => named(type, { delta: piece, ...fields }));
  return [
    ...delta('response.reasoning_summary_text.delta', reply.thought, { item_id: 'rs_fake' }),
    ...delta('response.output_text.delta', reply.text, { item_id: 'msg_fake' }),
    ...delta('response.refusal.delta', reply.refusal, { item_id: 'msg_fake' }),
    ...(reply.toolCall ? [named('response.output_item.added', { item: callOf(reply, '') })] : []),
    ...delta('response.function_call_arguments.delta', reply.toolCall?.arguments ?? '', {
      item_id: 'fc_fake',
    }),
  ];
}

function responseOf(reply: Reply, model: string) {
  const isLimit = reply.stop === 'limit';
  return {
    id: 'resp_fake',
    object: 'response',
    model,
    status: isLimit ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: isLimit ? { reason: 'max_output_tokens' } : null,
    output: outputOf(reply),
    usage: {
      input_tokens: 20,
      output_tokens: reply.outputTokens,
      output_tokens_details: { reasoning_tokens: reply.thoughtTokens },
    },
  };
}

function outputOf(reply: Reply): object[] {
  const summary = reply.thought ? [{ type: 'summary_text', text: reply.thought }] : [];
  const hasThought = reply.thought !== '' || reply.thoughtTokens > 0;
  const content = reply.refusal
    ? [{ type: 'refusal', refusal: reply.refusal }]
    : [{ type: 'output_text', text: reply.text, annotations: [] }];
  const hasMessage = reply.text !== '' || reply.refusal !== '';
  return [
    ...(hasThought ? [{ id: 'rs_fake', type: 'reasoning', summary }] : []),
    ...(hasMessage ? [{ id: 'msg_fake', type: 'message', role: 'assistant', content }] : []),
    ...(reply.toolCall ? [callOf(reply, reply.toolCall.arguments)] : []),
  ];
}

function callOf({ toolCall }: Reply, text: string) {
  return { id: 'fc_fake', type: 'function_call', name: toolCall?.name, arguments: text };
}
