import type { GatewayError } from '../../dialects/gateway-error.ts';
import { AnswerWriter } from '../../forward/answer-writer.ts';
import type { Forwarded } from '../../forward/forwarding.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import { type ForwardRequest, gatewayFault } from '../../handle-forward.ts';
import type { HeldBody } from '../../request/body/held-body.ts';
import type { ObjectCall } from '../object-call.ts';
import type { CollectedResponse } from './collected-response.ts';

/** A request for an object, with its body. */
export interface ObjectRequest {
  given: ForwardRequest;
  call: ObjectCall;
  heldBody: HeldBody;
  pinnedTargetId: number | null;
}

/** Why the client gets an error of the gateway instead of the channel's answer. */
export function faultOf(
  forwarded: Forwarded,
  collected: CollectedResponse | null,
): GatewayError | null {
  if (collected?.isLate) {
    const message = 'the channel took too long to answer';
    return { status: 504, code: 'upstream_timeout', message };
  }
  if (forwarded.status === 0) return gatewayFault(forwarded);
  if (!collected || collected.isWhole) return null;
  const message = collected.isTooLong
    ? 'the channel’s answer is too large'
    : 'the channel broke off in the middle of its answer';
  return { status: 502, code: 'upstream_interrupted', message };
}

/** Sends the head that was collected, with another body. */
export function sendCollected(
  { response }: ForwardRequest,
  { status, headers }: CollectedResponse,
  body: Buffer,
): void {
  if (response.destroyed) return;
  const kept = headers.filter((_, at) => headers[at - (at % 2)] !== 'content-length');
  const length = status === 204 ? [] : ['content-length', String(body.length)];
  response.writeHead(status, [...kept, ...length]);
  response.end(body);
}

type WriterOptions = ConstructorParameters<typeof AnswerWriter>[0];

/** Writes the answer to a request for an object. */
export function writerOf(
  { headerNames, keepAliveMs, idleTimeoutMs }: GatewayDeps,
  { given: { arrival, endpoint }, heldBody }: ObjectRequest,
  to: Pick<WriterOptions, 'response' | 'wantsEvents' | 'moreHeaders'>,
): AnswerWriter {
  return new AnswerWriter({
    ...{ endpoint, heldBody, keepAliveMs, idleTimeoutMs, requestId: arrival.requestId },
    isAnswerHeaderPassed: headerNames.isAnswerHeaderPassed,
    ...to,
  });
}
