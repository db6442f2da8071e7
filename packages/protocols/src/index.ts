export {
  type BalanceResult,
  type BalanceSearch,
  type BalanceStep,
  balanceRequest,
  balanceSourcesAt,
  nextBalanceStep,
  startBalanceSearch,
} from './balances/balance-search.ts';
export { multiplierRequest, readMultipliers } from './balances/read-multipliers.ts';
export type { Protocol } from './codecs/protocol.ts';
export { protocolFor } from './codecs/protocol-for.ts';
export { readUsage } from './codecs/usage.ts';
export {
  type ListState,
  type ListStep,
  listRequest,
  type ModelList,
  nextListRequest,
  startListing,
} from './lists/model-list.ts';
export {
  type AnswerReader,
  type AnswerReaderOptions,
  createAnswerReader,
} from './reading/answer-reader.ts';
export type { BodyForm } from './reading/body-form.ts';
export { createEventGate, type EventGate } from './reading/event-gate.ts';
export { readBody } from './reading/read-body.ts';
export { hasFirstToken, progressOf, readPiece, streamStart } from './reading/read-stream.ts';
export { endSse, readSse, type SseEvent, type SseState, sseStart } from './reading/sse.ts';
export { stateMarksOf } from './reading/state-marks.ts';
export { withoutUsageEvent } from './reading/usage-event.ts';
