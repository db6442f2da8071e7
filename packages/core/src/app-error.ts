/** Every error that the product raises on purpose, with its HTTP status. */
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

/** Everything that can be wrong with a field of a body or a query; the pages translate each code. */
export const fieldErrorCodes = [
  /** Missing, or an empty text. */
  'required',
  'wrong_type',
  'not_whole',
  /** Fewer or more characters than `bound`. */
  'too_short',
  'too_long',
  /** Fewer or more items than `bound`. */
  'too_few',
  'too_many',
  /** Less or more than `bound`, which itself is allowed. */
  'too_small',
  'too_large',
  /** `bound` or less: it must be greater. */
  'not_above',
  'wrong_format',
  /** Not an address of the web, or one with parts that it may not have. */
  'wrong_url',
  /** Not the address of a proxy, or one with parts that it may not have. */
  'wrong_proxy',
  /** Not certificates in PEM, or ones that can't be read. */
  'wrong_certificate',
  /** Not `Name: value` or `-Name`, or about a header that may not be changed. */
  'wrong_header',
  /** Not `public name = model id`. */
  'wrong_alias',
  /** Not a JSON pointer with a value, or about a field that the gateway itself decides on. */
  'wrong_override',
  /** Not `route = /path` or `route = none`. */
  'wrong_path',
  /** Not `model = input 2.5, output 10`, or with a class of tokens that doesn't exist. */
  'wrong_price',
  /** Not `name = id = id`, or with a name twice. */
  'wrong_aliases',
  /** The address of another service than the one that was chosen. */
  'other_service',
  /** Not JSON, or with a placeholder that doesn't exist. */
  'wrong_template',
  /** Not one of the values that the field takes. */
  'not_allowed',
  /** There is no field of this name. */
  'unknown_field',
  /** Another item of the same kind already has this value. */
  'taken',
  /** It is in the same list or file twice. */
  'repeated',
  /** It names something that doesn't exist. */
  'does_not_exist',
  /** A channel there would lead back to this monitor. */
  'own_address',
  /** The masked form of a secret, but not of the stored one. */
  'masked_form',
  /** The stored key would go to another origin; enter it again. */
  'reenter_key',
  /** The file has no key for the channel, and this would change where the stored one goes. */
  'needs_key',
  /** The channel is managed by code, so it is changed there. */
  'managed_by_code',
  'not_in_future',
  /** The visitor token is the same as the API token. */
  'same_as_api_token',
  /** The secret can't be removed, because neither the environment nor the first start provides another. */
  'no_fallback',
  /** The password or the one-time code is wrong. */
  'incorrect',
] as const;

export type FieldErrorCode = (typeof fieldErrorCodes)[number];

export interface FieldError {
  code: FieldErrorCode;
  /** The limit that was crossed. */
  bound?: number;
}

/** Keyed by the path of each bad field, with dots if it is nested: `items.3.slug`. */
export type FieldErrors = Record<string, FieldError>;

interface AppErrorOptions {
  /** For the log; never shown to a caller. */
  cause?: unknown;
  /** A machine-readable reason, if the HTTP status isn't specific enough. */
  reason?: string;
  /** With `rate_limited` and `unavailable`: how many seconds to wait before a retry. */
  retryAfterS?: number;
  /** The fields that caused the error. */
  fields?: FieldErrors;
}

/** An error whose `message` may be shown to the caller; private details go into `cause`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly fields: FieldErrors | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason;
    this.retryAfterS = options.retryAfterS;
    this.fields = options.fields;
  }
}
