import { endOfFirstEvent } from './event-frames.ts';
import { arrayAt, isObject, parseJson, valueAt } from './json-value.ts';
import { endSse, readSse, sseStart } from './sse.ts';

const usageKey = Buffer.from('"usage"');

/**
 * Whole events of a chat stream without the one that only reports tokens, which comes if the request asks
 * for it with `stream_options.include_usage`. All other bytes stay the same; null: nothing is left.
 * Source: https://platform.openai.com/docs/api-reference/chat-streaming
 */
export function withoutUsageEvent(events: Buffer): Buffer | null {
  if (!events.includes(usageKey)) return events;
  const kept: Buffer[] = [];
  let hasDropped = false;
  for (let at = 0; at < events.length; ) {
    const end = endOfFirstEvent(events, at);
    const event = events.subarray(at, end);
    if (isUsageEvent(event)) hasDropped = true;
    else kept.push(event);
    at = end;
  }
  if (!hasDropped) return events;
  return kept.length === 0 ? null : Buffer.concat(kept);
}

function isUsageEvent(event: Buffer): boolean {
  if (!event.includes(usageKey)) return false;
  const { state, events } = readSse(sseStart, event.toString());
  const [first, ...others] = [...events, ...endSse(state)];
  if (!first || others.length > 0) return false;
  const chunk = parseJson(first.data);
  const hasChoices = arrayAt(chunk, 'choices').length > 0;
  return isObject(valueAt(chunk, 'usage')) && !hasChoices && !isObject(valueAt(chunk, 'error'));
}
