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
  const delta = (type: string, text: string, fields: object) =>
    piecesOf(text).map((piece) => named(type, { delta: piece, ...fields }));
  return outputOf(reply).flatMap((item, output_index) => {
    const at = { output_index, item_id: item.id };
    const part = { ...at, content_index: 0 };
    return [
      named('response.output_item.added', { output_index, item: item.begun }),
      ...delta('response.reasoning_summary_text.delta', item.texts.thought, {
        ...at,
        summary_index: 0,
      }),
      ...delta('response.output_text.delta', item.texts.text, part),
      ...delta('response.refusal.delta', item.texts.refusal, part),
      ...delta('response.function_call_arguments.delta', item.texts.arguments, at),
      named('response.output_item.done', { output_index, item: item.whole }),
    ];
  });
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
    output: outputOf(reply).map(({ whole }) => whole),
    usage: {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: reply.outputTokens,
      output_tokens_details: { reasoning_tokens: reply.thoughtTokens },
      total_tokens: 20 + reply.outputTokens,
    },
  };
}

/** An item of the output as a stream begins it, as it is when whole, and what comes in between. */
interface Item {
  id: string;
  begun: object;
  whole: object;
  texts: { thought: string; text: string; refusal: string; arguments: string };
}

const noTexts = { thought: '', text: '', refusal: '', arguments: '' };

function outputOf(reply: Reply): Item[] {
  const hasThought = reply.thought !== '' || reply.thoughtTokens > 0;
  const hasMessage = reply.text !== '' || reply.refusal !== '';
  return [
    ...(hasThought ? [thoughtOf(reply)] : []),
    ...(hasMessage ? [messageOf(reply)] : []),
    ...(reply.toolCall ? [callOf(reply.toolCall)] : []),
  ];
}

function thoughtOf({ thought }: Reply): Item {
  const item = { id: 'rs_fake', type: 'reasoning' };
  const summary = thought ? [{ type: 'summary_text', text: thought }] : [];
  return {
    id: item.id,
    begun: { ...item, summary: [] },
    whole: { ...item, summary },
    texts: { ...noTexts, thought },
  };
}

function messageOf({ text, refusal }: Reply): Item {
  const item = { id: 'msg_fake', type: 'message', role: 'assistant' };
  const content = refusal
    ? [{ type: 'refusal', refusal }]
    : [{ type: 'output_text', text, annotations: [] }];
  return {
    id: item.id,
    begun: { ...item, status: 'in_progress', content: [] },
    whole: { ...item, status: 'completed', content },
    texts: { ...noTexts, text, refusal },
  };
}

function callOf(call: { name: string; arguments: string }): Item {
  const item = { id: 'fc_fake', type: 'function_call', call_id: 'call_fake', name: call.name };
  return {
    id: item.id,
    begun: { ...item, arguments: '' },
    whole: { ...item, arguments: call.arguments },
    texts: { ...noTexts, arguments: call.arguments },
  };
}
