import { noUsage, sumUsage, type TokenUsage } from '@api-monitor/core';
import { readUsage } from '@api-monitor/protocols';

/** Longer events have audio, and nothing that is read here. */
const readBytes = 256 * 1024;
const begun = '"response.created"';
const ended = '"response.done"';

const delta = '.delta"';
const audioDelta = 'audio.delta"';
/** What an event has besides what it carries, about. */
const envelopeBytes = 200;
const bytesPerToken = 4;
/** A token is a twentieth of a second, of 24,000 samples of two bytes in base64. */
const bytesPerAudioToken = ((24_000 * 2) / 20) * (4 / 3);

/**
 * Reads what a live session's events say about it, as OpenAI documents them:
 * https://platform.openai.com/docs/api-reference/realtime-server-events
 */
export class SessionEvents {
  #reported: TokenUsage = noUsage;
  /** A response has begun and not ended. */
  isAnswering = false;
  /** What has come of it, in bytes. */
  #text = 0;
  #audio = 0;

  /** Of all its responses; of one that hasn't ended, an estimate of what has come. */
  get usage(): TokenUsage {
    if (!this.isAnswering || this.#text + this.#audio === 0) return this.#reported;
    const audio = Math.ceil(this.#audio / bytesPerAudioToken);
    const outputTokens = Math.ceil(this.#text / bytesPerToken) + audio;
    const come = { ...noUsage, outputTokens, audioOutputTokens: audio, isEstimated: true };
    return sumUsage(this.#reported, come);
  }

  read(text: Buffer): void {
    const carried = Math.max(0, text.length - envelopeBytes);
    if (text.includes(audioDelta)) this.#audio += carried;
    else if (text.includes(delta)) this.#text += carried;
    if (text.length > readBytes) return;
    if (text.includes(begun)) this.#begin();
    if (!text.includes(ended)) return;
    const event = parsed(text);
    if (event?.type !== 'response.done') return;
    this.isAnswering = false;
    const report = event.response?.usage;
    if (report) this.#reported = sumUsage(this.#reported, readUsage(report));
  }

  #begin(): void {
    this.isAnswering = true;
    this.#text = 0;
    this.#audio = 0;
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
