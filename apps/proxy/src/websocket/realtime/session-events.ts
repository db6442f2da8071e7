import { noUsage, type TokenUsage } from '@api-monitor/core';

/** Longer events have audio, and nothing that is read here. */
const readBytes = 256 * 1024;
const begun = '"response.created"';
const ended = '"response.done"';

/**
 * Reads what a live session's events say about it, as OpenAI documents them:
 * https://platform.openai.com/docs/api-reference/realtime-server-events
 */
export class SessionEvents {
  #inputTokens: number | null = null;
  #outputTokens: number | null = null;
  /** A response has begun and not ended. */
  isAnswering = false;

  get usage(): TokenUsage {
    return { ...noUsage, inputTokens: this.#inputTokens, outputTokens: this.#outputTokens };
  }

  read(text: Buffer): void {
    if (text.length > readBytes) return;
    if (text.includes(begun)) this.isAnswering = true;
    if (!text.includes(ended)) return;
    const event = parsed(text);
    if (event?.type !== 'response.done') return;
    this.isAnswering = false;
    const { input_tokens, output_tokens } = event.response?.usage ?? {};
    if (isCount(input_tokens)) this.#inputTokens = (this.#inputTokens ?? 0) + input_tokens;
    if (isCount(output_tokens)) this.#outputTokens = (this.#outputTokens ?? 0) + output_tokens;
  }
}

interface DoneEvent {
  type?: unknown;
  response?: { usage?: { input_tokens?: unknown; output_tokens?: unknown } | null } | null;
}

function parsed(text: Buffer): DoneEvent | null {
  try {
    const event: unknown = JSON.parse(text.toString());
    return typeof event === 'object' ? event : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
