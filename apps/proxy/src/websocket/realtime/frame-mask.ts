import type { UpstreamTarget } from '@api-monitor/core';
import { KeyMask } from '../../forward/key-mask.ts';

/**
 * So much is passed of what may be the start of the key at the end of a frame. If less were, a client whose
 * frames a channel echoes could guess the key character by character.
 */
const shownBytes = 12;

/** Masks a target's key in frames, also one that is split over several. Each frame keeps its length. */
export class FrameMask {
  readonly #mask: KeyMask;
  /** At the end of the last frame, which was sent. */
  #heldBytes = 0;

  constructor(target: UpstreamTarget) {
    this.#mask = new KeyMask(target);
  }

  pass(frame: Buffer): Buffer {
    const passed = this.#mask.pass(frame);
    const held = this.#mask.rest();
    const isSecret = held !== null && held.length > shownBytes;
    const end = isSecret ? Buffer.alloc(held.length, '*') : held;
    const all = passed && end ? Buffer.concat([passed, end]) : (passed ?? end ?? frame);
    const sent = all.subarray(this.#heldBytes);
    this.#heldBytes = held?.length ?? 0;
    return sent;
  }
}

/** The payload of a ping or pong, which continues nothing, with the key masked. */
export function maskedPayload(target: UpstreamTarget, payload: Buffer): Buffer {
  const mask = new KeyMask(target);
  const passed = mask.pass(payload);
  const rest = mask.rest();
  return passed && rest ? Buffer.concat([passed, rest]) : (passed ?? rest ?? payload);
}
