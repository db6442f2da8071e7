import type { Dialect } from '../request/match-route.ts';

/** Cloudflare cuts a client off after 100 to 125 s without a byte, nginx by default after 60 s. */
export const keepAliveMs = 15_000;

/** A line of a stream that SDKs pass over. Not Anthropic's ping, which Claude Code takes for progress. */
const comment = Buffer.from(': keep-alive\n\n');

/**
 * The keep-alive bytes within one event stream, in its dialect. Gemini's Go and older Python SDKs take a
 * comment or an empty line for a broken event, so its next event is begun instead, and blanks follow until it
 * comes.
 */
export class KeepAlive {
  readonly #isGemini: boolean;
  /** An event has been begun with `data: `. */
  #hasBegunEvent = false;

  constructor(dialect: Dialect) {
    this.#isGemini = dialect === 'gemini';
  }

  /** What keeps the connection alive next. */
  next(): Buffer {
    if (!this.#isGemini) return comment;
    const bytes = this.#hasBegunEvent ? ' ' : 'data: ';
    this.#hasBegunEvent = true;
    return Buffer.from(bytes);
  }

  /** The events that follow; they go on with the one that keep-alive bytes have begun. */
  continue(events: Buffer): Buffer {
    if (!this.#hasBegunEvent) return events;
    this.#hasBegunEvent = false;
    const at = events.findIndex((byte) => byte > 0x20);
    const begun = at < 0 ? events.subarray(0, 0) : events.subarray(at);
    const isData = begun.toString('latin1', 0, 5) === 'data:';
    return isData ? begun.subarray(5) : Buffer.concat([Buffer.from('{}\n\n'), begun]);
  }

  /** What has to come before the stream's end. */
  rest(): Buffer | null {
    return this.#hasBegunEvent ? this.continue(Buffer.alloc(0)) : null;
  }
}
