import type { AppError, FieldErrors } from '@api-monitor/core';
import type { Translator } from '../i18n/translate.ts';

/** The body of an error of the API, with a sentence in English; empty if something else answered. */
type Refusal = { detail?: string } & Partial<Pick<AppError, 'reason' | 'fields'>>;

/** An answer of the API other than 2xx, or none at all (`status` 0). */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  readonly detail: string | null;
  readonly reason: string | null;
  readonly fields: FieldErrors;
  readonly retryAfterS: number | null;

  constructor(status: number, refusal: Refusal = {}, retryAfterS: number | null = null) {
    super(refusal.detail ?? `status ${status}`);
    this.status = status;
    this.detail = refusal.detail ?? null;
    this.reason = refusal.reason ?? null;
    this.fields = refusal.fields ?? {};
    this.retryAfterS = retryAfterS;
  }
}

/**
 * A sentence for the reader: the API's own, or one that says that no answer came. The API answers
 * in English, so pages in another language put an introduction before its sentence.
 */
export function sentenceOf(error: unknown, { t }: Translator): string {
  if (!(error instanceof ApiFailure)) throw error;
  if (error.status === 0) return t('failure.network');
  if (error.detail === null) return t('failure.unknown', { status: error.status });
  return t('failure.said', { detail: error.detail });
}

export async function failureOf(response: Response): Promise<ApiFailure> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const refusal = refusalIn(await response.text().catch(() => ''));
  return new ApiFailure(response.status, refusal, Number.isFinite(retryAfter) ? retryAfter : null);
}

/** Guarantee: what answers in JSON is the API, from the same release as this page. */
function refusalIn(body: string): Refusal {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Refusal) : {};
  } catch {
    // A proxy in between may answer with an HTML page.
    return {};
  }
}
