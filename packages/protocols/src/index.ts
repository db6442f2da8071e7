export { type ModelList, modelListRequest, readModelList } from './model-list.ts';
export type { Protocol } from './protocol.ts';
export { protocolFor } from './protocol-for.ts';
export { readBody } from './read-body.ts';
export { hasFirstToken, progressOf, readPiece, streamStart } from './read-stream.ts';
