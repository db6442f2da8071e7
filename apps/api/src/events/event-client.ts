import { connectedFrame } from './event-frame.ts';

/** One listener. It is never waited for: who falls too far behind is dropped. */
export interface EventClient {
  address: string;
  stream: ReadableStream<Uint8Array>;
  /** Sends what was missed, then what came meanwhile and is not among it. */
  begin(missed: readonly Framed[]): void;
  /** Held back until `begin`. */
  send(frame: Uint8Array, id: string | null): void;
  drop(): void;
}

export interface Framed {
  frame: Uint8Array;
  /** null: a frame that is no event. */
  id: string | null;
}

/** A client that is so far behind is dropped; it comes back with its last id. */
const backlogLimitBytes = 256 * 1024;

export function createEventClient(
  address: string,
  onGone: (client: EventClient) => void,
): EventClient {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let held: Framed[] | null = [];
  const stream = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      cancel: () => onGone(client),
    },
    { highWaterMark: backlogLimitBytes, size: (frame) => frame?.byteLength ?? 0 },
  );

  const write = (frame: Uint8Array) => {
    if (!controller) return;
    if ((controller.desiredSize ?? 0) <= 0) client.drop();
    else controller.enqueue(frame);
  };
  const client: EventClient = {
    address,
    stream,
    begin(missed) {
      const ids = new Set(missed.map(({ id }) => id));
      const later = (held ?? []).filter(({ id }) => id === null || !ids.has(id));
      held = null;
      for (const frame of [connectedFrame, ...[...missed, ...later].map((one) => one.frame)]) {
        write(frame);
      }
    },
    send(frame, id) {
      if (held) held.push({ frame, id });
      else write(frame);
    },
    drop() {
      onGone(client);
      try {
        controller?.close();
      } catch {
        // The reader has cancelled already.
      }
      controller = null;
    },
  };
  return client;
}
