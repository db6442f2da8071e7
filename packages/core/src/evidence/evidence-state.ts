// Browsers import this file, so it must not import zod.

/**
 * What is known about a model on one route of one channel.
 * - `proven`: a probe or a client got a real answer.
 * - `unproven`: never asked on this route.
 * - `refused`: the channel doesn't serve the model on this route.
 * - `failed`: it was asked and failed; a probe has to prove it again.
 * - `unprovable`: probes can't ask it, but genuine clients may be served.
 * - `skipped`: it can't be asked cheaply (images, video, realtime).
 */
export const evidenceStates = [
  'proven',
  'unproven',
  'refused',
  'failed',
  'unprovable',
  'skipped',
] as const;
export type EvidenceState = (typeof evidenceStates)[number];
