import { setTimeout as pause } from 'node:timers/promises';
import { openStreams, type StreamRequest } from './stream-client.ts';

/** What clients of streams saw in the time that counts, all in milliseconds. */
export interface StreamSamples {
  /** From a request's last byte to the answer's first. */
  firstByteMs: number[];
  /** From a chunk's sending to its arrival. */
  lateMs: number[];
}

export interface StreamOptions extends StreamRequest {
  streams: number;
  seconds: number;
  /** The streams begin at random within it, and nothing in it counts. */
  rampMs: number;
}

/**
 * Holds that many streams open, each followed by the next on its connection, and ends them all when
 * the time is over. Rejects where one is refused or cut.
 */
export async function runStreams(options: StreamOptions): Promise<StreamSamples> {
  const { streams, seconds, rampMs } = options;
  const samples: StreamSamples = { firstByteMs: [], lateMs: [] };
  let isCounting = false;
  const clients = openStreams(options, streams, rampMs, {
    onFirstByte: (ms) => isCounting && samples.firstByteMs.push(ms),
    onChunk: (ms) => isCounting && samples.lateMs.push(ms),
  });
  try {
    await Promise.race([pause(rampMs), clients.failed]);
    isCounting = true;
    await Promise.race([pause(seconds * 1000), clients.failed]);
    return samples;
  } finally {
    isCounting = false;
    clients.close();
  }
}
