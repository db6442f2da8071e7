import type { Translator } from '../i18n/translate.ts';

/** An answer of the API other than 2xx, or none at all (`status` 0). */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  /** The API's own sentence; null where it sent none. */
  readonly detail: string | null;
  readonly retryAfterS: number | null;
  /** One word for the program, where the API sent one. */
  readonly reason: string | null;

  constructor(
    status: number,
    detail: string | null,
    retryAfterS: number | null = null,
    reason: string | null = null,
  ) {
    super(detail ?? `status ${status}`);
    this.status = status;
    this.detail = detail;
    this.retryAfterS = retryAfterS;
    this.reason = reason;
  }
}

/**
 * A sentence for the reader: the API's own, else one that says that nothing came. The API speaks
 * English, so a page in another language introduces what it says.
 */
export function sentenceOf(error: unknown, { t }: Translator): string {
  if (!(error instanceof ApiFailure)) throw error;
  if (error.status === 0) return t('failure.network');
  if (error.detail === null) return t('failure.unknown', { status: error.status });
  return t('failure.said', { detail: error.detail });
}

export async function failureOf(response: Response): Promise<ApiFailure> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const body = objectIn(await response.text().catch(() => ''));
  return new ApiFailure(
    response.status,
    textIn(body, 'detail'),
    Number.isFinite(retryAfter) ? retryAfter : null,
    textIn(body, 'reason'),
  );
}

function objectIn(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // A gateway in between may answer with a page of its own.
    return {};
  }
}

function textIn(body: object, field: string): string | null {
  const value: unknown = Object.entries(body).find(([name]) => name === field)?.[1];
  return typeof value === 'string' ? value : null;
}
