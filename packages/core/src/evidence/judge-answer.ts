import type { Answer, BodyReading } from '../probes/answer.ts';
import { type Complaint, classifyError } from '../probes/classify-error.ts';
import type { ErrorKind } from '../probes/error-kind.ts';
import type { FindingScope, Judgement } from './finding.ts';

/** An answer as far as it has been read. */
export interface JudgedAnswer {
  status: number;
  reading: BodyReading;
  /** A probe's question is ours, so a complaint about it is a failure; a client's is the client's fault. */
  by: 'probe' | 'traffic';
}

/** Judges an answer, by the same rules for a probe's and for a client's. */
export function judgeAnswer({ status, reading, by }: JudgedAnswer): Judgement {
  switch (reading.kind) {
    case 'answer':
      return hasWorked(reading.answer) ? success : failure('no_text', 'no readable text');
    case 'unreadable':
      return failure('bad_body', reading.fault);
    case 'error':
      return judgeComplaint({ status, ...reading.error }, by);
  }
}

/** Judges that no answer came, or that it broke off. */
export function judgeBreak(kind: ErrorKind, message: string): Judgement {
  return failure(kind, message);
}

/** Whether the model did something, even if it has no text. */
export function hasWorked(answer: Answer): boolean {
  return answer.text.trim() !== '' || answer.toolCalls.length > 0 || stoppedWhileThinking(answer);
}

function stoppedWhileThinking(answer: Answer): boolean {
  return answer.stoppedAtLimit && (answer.hasThought || (answer.outputTokens ?? 0) > 0);
}

const success: Judgement = {
  outcome: 'success',
  kind: null,
  scope: 'route',
  message: null,
  may_another_serve: false,
};

function failure(kind: ErrorKind, message: string, scope: FindingScope = 'model'): Judgement {
  return { outcome: 'failure', kind, scope, message, may_another_serve: true };
}

function judgeComplaint(complaint: Complaint, by: JudgedAnswer['by']): Judgement {
  const kind = classifyError(complaint);
  const { message } = complaint;
  if (kind === 'bad_request' && by === 'traffic') {
    return { outcome: 'none', kind: null, scope: 'route', message, may_another_serve: false };
  }
  return failure(kind, message, kind === 'auth' || kind === 'quota' ? 'channel' : 'model');
}
