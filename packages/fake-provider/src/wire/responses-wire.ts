import {
  namedEvent,
  openaiError,
  piecesOf,
  type Reply,
  type Wire,
  type WireEvent,
} from './wire.ts';

/** Source: https://platform.openai.com/docs/api-reference/responses-streaming */
export const responsesWire: Wire = {
  json: responseOf,
  events: (reply, model) => {
    const started = { ...responseOf(reply, model), status: 'in_progress', output: [], usage: null };
    const type = reply.stop === 'limit' ? 'response.incomplete' : 'response.completed';
    return [
      namedEvent('response.created', { response: started }),
      namedEvent('response.in_progress', { response: started }),
      ...itemEvents(reply),
      namedEvent(type, { response: responseOf(reply, model) }),
    ];
  },
  error: openaiError,
  empty: {
    none: { id: 'resp_fake', object: 'response', status: 'completed', error: null, output: [] },
    null: { id: 'resp_fake', object: 'response', status: 'completed', error: null, output: null },
  },
};

function itemEvents(reply: Reply): WireEvent[] {
  return itemsOf(reply).flatMap(({ id, fields, begun, ended, position, deltas }, output_index) => {
    const at = { output_index, item_id: id, ...position };
    return [
      namedEvent('response.output_item.added', { output_index, item: { id, ...fields, ...begun } }),
      ...Object.entries(deltas).flatMap(([name, text]) =>
        piecesOf(text).map((delta) => namedEvent(`response.${name}.delta`, { delta, ...at })),
      ),
      namedEvent('response.output_item.done', { output_index, item: { id, ...fields, ...ended } }),
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
    output: itemsOf(reply).map(({ id, fields, ended }) => ({ id, ...fields, ...ended })),
    usage: {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: reply.outputTokens,
      output_tokens_details: { reasoning_tokens: reply.thoughtTokens },
      total_tokens: 20 + reply.outputTokens,
    },
  };
}

/** An item of the output: how a stream begins and ends it, and its texts by the kind of their deltas. */
interface Item {
  id: string;
  fields: object;
  begun: object;
  ended: object;
  position: object;
  deltas: Record<string, string>;
}

function itemsOf({ thought, thoughtTokens, text, refusal, toolCall }: Reply): Item[] {
  const hasThought = thought !== '' || thoughtTokens > 0;
  const summary = thought ? [{ type: 'summary_text', text: thought }] : [];
  const part = refusal
    ? { type: 'refusal', refusal }
    : { type: 'output_text', text, annotations: [] };
  const items: (Item | null)[] = [
    hasThought
      ? {
          id: 'rs_fake',
          fields: { type: 'reasoning' },
          begun: { summary: [] },
          ended: { summary },
          position: { summary_index: 0 },
          deltas: { reasoning_summary_text: thought },
        }
      : null,
    text || refusal
      ? {
          id: 'msg_fake',
          fields: { type: 'message', role: 'assistant' },
          begun: { status: 'in_progress', content: [] },
          ended: { status: 'completed', content: [part] },
          position: { content_index: 0 },
          deltas: { output_text: text, refusal },
        }
      : null,
    toolCall && {
      id: 'fc_fake',
      fields: { type: 'function_call', call_id: 'call_fake', name: toolCall.name },
      begun: { arguments: '' },
      ended: { arguments: toolCall.arguments },
      position: {},
      deltas: { function_call_arguments: toolCall.arguments },
    },
  ];
  return items.filter((item) => item !== null);
}
