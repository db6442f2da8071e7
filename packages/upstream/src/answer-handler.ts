/** Takes the answer to one request as it comes. Its calls end with `onEnd` or `onFault`. */
export interface AnswerHandler {
  /** Whether the request is wanted no more: it is not sent, should a connection come. */
  readonly isOver: boolean;
  /** The request is on its way; `source` is this handler's until its answer has ended. */
  onSent(source: AnswerSource): void;
  /**
   * Headers are names in lower case and values in turn, as they came. `bodyLength` is the number of
   * bytes that `onBytes` will bring before `onEnd`; null if only the end will tell.
   */
  onHead(status: number, headers: string[], bodyLength: number | null): void;
  /** The bytes hold until the call returns: they are to be copied by whoever keeps them. */
  onBytes(bytes: Buffer): void;
  /** All that one read brought has been told, and the answer goes on. */
  onRead(): void;
  onEnd(): void;
  /** `isStale`: the request never left, for the server had closed the kept connection. */
  onFault(error: Error, isStale: boolean): void;
}

/** Where an answer comes from. A handler whose answer has ended can't do anything here any more. */
export interface AnswerSource {
  pause(by: AnswerHandler): void;
  resume(by: AnswerHandler): void;
  /** Ends the connection; the handler is told of nothing more. */
  abort(by: AnswerHandler): void;
}
