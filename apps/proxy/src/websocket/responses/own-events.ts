import { randomUUID } from 'node:crypto';
import type { Place } from './json-members.ts';
import type { CreateFrame } from './read-frame.ts';

/**
 * The answer to a request that only prepares the next one (`"generate": false`). No channel is asked, because
 * none of them would know the request by the time it is continued.
 */
export function newWarmUp({ model, streamId, previousId, isStored }: CreateFrame) {
  const id = `resp_warmup_${randomUUID().replaceAll('-', '')}`;
  const response = {
    ...{ id, object: 'response', created_at: Math.floor(Date.now() / 1000), model },
    ...{ status: 'completed', error: null, incomplete_details: null, instructions: null },
    ...{ output: [], parallel_tool_calls: true, tools: [], tool_choice: 'auto', metadata: {} },
    ...{ temperature: null, top_p: null, previous_response_id: previousId, store: isStored },
    usage: {
      ...{ input_tokens: 0, input_tokens_details: { cached_tokens: 0 }, output_tokens: 0 },
      ...{ output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 0 },
    },
  };
  const lane = streamId === null ? {} : { stream_id: streamId };
  const event = (type: string, sequence_number: number, fields: object) =>
    JSON.stringify({ ...lane, type, sequence_number, response: { ...response, ...fields } });
  const begun = { status: 'in_progress', usage: null };
  return {
    id,
    events: [event('response.created', 0, begun), event('response.completed', 1, {})],
  };
}

const notSteered = {
  ...{ type: 'invalid_request_error', code: 'steering_not_supported' },
  message: 'the gateway does not steer running responses; send the input with the next one',
};

interface SteerFrame {
  bytes: Buffer;
  previous: Place | null;
  input: Place | null;
}

/** Longer input isn't given back. */
const longestGivenBack = 16 * 1024;

/** The answer to `response.steer`: its input, given back, because channels are asked by HTTP. */
export function steerRefusal({ bytes, previous, input }: SteerFrame): string {
  const raw = (place: Place | null) =>
    place && place.end - place.start <= longestGivenBack
      ? bytes.toString('utf8', place.start, place.end)
      : 'null';
  const steer = `{"previous_response_id":${raw(previous)},"input":${raw(input)}}`;
  return `{"type":"response.steer.failed","sequence_number":0,"error":${JSON.stringify(notSteered)},"steer":${steer}}`;
}
