import { noUsage, sumUsage, type TokenUsage } from '@api-monitor/core';
import { readUsage } from '@api-monitor/protocols';

/** Longer events have audio, and nothing that is read here. */
const readBytes = 256 * 1024;
const begun = '"response.created"';
const ended = '"response.done"';

/**
 * Reads what a live session's events say about it, as OpenAI documents them:
 * https://platform.openai.com/docs/api-reference/realtime-server-events
 */
export class SessionEvents {
  /** Of all its responses. */
  usage: TokenUsage = noUsage;
  /** A response has begun and not ended. */
  isAnswering = false;

  read(text: Buffer): void {
    if (text.length > readBytes) return;
    if (text.includes(begun)) this.isAnswering = true;
    if (!text.includes(ended)) return;
    const event = parsed(text);
    if (event?.type !== 'response.done') return;
    this.isAnswering = false;
    const report = event.response?.usage;
    if (report) this.usage = sumUsage(this.usage, readUsage(report));
  }
}

interface DoneEvent {
  type?: unknown;
  response?: { usage?: object | null } | null;
}

function parsed(text: Buffer): DoneEvent | null {
  try {
    const event: unknown = JSON.parse(text.toString());
    return typeof event === 'object' ? event : null;
  } catch {
    return null;
  }
}
