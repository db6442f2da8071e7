/** Why a request came to nothing without an error of Node or undici; `describeFault` has the sentences. */
export type AnswerFaultCode =
  | 'ANSWER_TOO_LONG'
  | 'INVALID_ANSWER'
  | 'TOO_MANY_CONNECTIONS'
  | 'UNDECODABLE_ANSWER'
  | 'UNSENDABLE_KEY';

export class AnswerFault extends Error {
  readonly code: AnswerFaultCode;

  constructor(code: AnswerFaultCode) {
    super(code);
    this.code = code;
  }
}
