import type { GatewayError } from '../../dialects/gateway-error.ts';
import { bodyCodings } from './decode-body.ts';
import type { BodyFault } from './read-request-body.ts';

/** The answer to a request whose body can't be read. */
export function bodyError(
  fault: BodyFault,
  { bodyLimitBytes }: { bodyLimitBytes: number },
): GatewayError {
  switch (fault) {
    case 'too_large': {
      const message = `the body must not exceed ${bodyLimitBytes / 1024 ** 2} MB, decompressed`;
      return { status: 413, code: 'request_too_large', message };
    }
    case 'no_room': {
      const message = 'the gateway has no memory left for request bodies; try again in a moment';
      return { status: 503, code: 'overloaded', message, retryAfterS: 1 };
    }
    case 'bad_coding': {
      const message = 'the body is not compressed as its content-encoding says';
      return { status: 400, code: 'invalid_content_encoding', message };
    }
    case 'unknown_coding': {
      const message = `the content-encoding must be one of ${bodyCodings.join(', ')}, or be left out`;
      return { status: 415, code: 'unsupported_content_encoding', message };
    }
  }
}
