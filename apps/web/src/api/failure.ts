import type { Translator } from '../i18n/translate.ts';

/** An answer of the API other than 2xx, or none at all (`status` 0). */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  /** The API's own sentence; null where it sent none. */
  readonly detail: string | null;
  readonly retryAfterS: number | null;

  constructor(status: number, detail: string | null, retryAfterS: number | null = null) {
    super(detail ?? `status ${status}`);
    this.status = status;
    this.detail = detail;
    this.retryAfterS = retryAfterS;
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
  return new ApiFailure(
    response.status,
    detailIn(await response.text().catch(() => '')),
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

function detailIn(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('detail' in parsed)) return null;
    return typeof parsed.detail === 'string' ? parsed.detail : null;
  } catch {
    // A gateway in between may answer with a page of its own.
    return null;
  }
}
