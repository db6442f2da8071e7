/** Every expected way in which the product refuses or fails, and the HTTP status that tells it. */
export const httpStatusByErrorCode = {
  invalid_input: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  rate_limited: 429,
  encryption_key_mismatch: 500,
  internal: 500,
  not_supported: 501,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof httpStatusByErrorCode;

interface AppErrorOptions {
  /** Kept for the log; never shown to a caller. */
  cause?: unknown;
  /** A word for programs, where the status alone says too little. */
  reason?: string;
  /** With `rate_limited` and `unavailable`: when to come back. */
  retryAfterS?: number;
}

/** An error whose `message` may be shown to the caller; what is private goes into `cause`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason;
    this.retryAfterS = options.retryAfterS;
  }
}
