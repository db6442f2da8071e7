/** An event that only says that the stream lives; a comment, which the stream has too, is hidden from scripts. */
export const eventHeartbeat = 'heartbeat';

/** A stream that was silent for longer is late. */
export const eventHeartbeatMs = 15_000;
