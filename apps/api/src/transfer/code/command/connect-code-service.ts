import { AppError } from '@api-monitor/core';
import { z } from 'zod';
import type { CodeService } from '../code-service.ts';
import { codeExportShape, codeReportShape } from '../code-shapes.ts';

/** An apply of thousands of channels takes seconds, and deleting long histories minutes. */
const timeoutMs = 15 * 60_000;

const refusalShape = z.object({ detail: z.string() });
const releasedShape = z.object({ names: z.array(z.string()) });

/**
 * The same on a monitor that runs at `url`, by its API and with its token. Its methods throw AppError with the
 * monitor's own words, or `unavailable` if it can't be reached.
 */
export function connectCodeService(url: URL, token: string): CodeService {
  const base = new URL(url.href.endsWith('/') ? url.href : `${url.href}/`);
  const call = async <Shape extends z.ZodType>(
    path: string,
    answer: Shape,
    body?: object,
  ): Promise<z.output<Shape>> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(new URL(`api/channels/${path}`, base), {
      headers,
      // The secrets go nowhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    }).catch((cause: unknown) => {
      throw new AppError('unavailable', `${url.origin} gives no answer: ${reasonOf(cause)}`, {
        cause,
      });
    });
    const json: unknown = await response.json().catch(() => null);
    const parsed = answer.safeParse(json);
    if (response.ok && parsed.success) return parsed.data;
    const refusal = refusalShape.safeParse(json);
    const said = refusal.success ? refusal.data.detail : 'what answers there is no API Monitor';
    throw new AppError('invalid_input', `${introductionOf(url, response.status)}${said}`);
  };
  return {
    export: ({ format, one_file, values }) => {
      const flags = { format, one_file: one_file ? '1' : '0', values: values ? '1' : '0' };
      return call(`export?${new URLSearchParams(flags)}`, codeExportShape);
    },
    plan: (input, prune) => call(`plan?prune=${prune}`, codeReportShape, input),
    apply: (input, prune) => call(`apply?prune=${prune}`, codeReportShape, input),
    release: async (names) => {
      const body = names === null ? { all: true } : { names };
      return (await call('release', releasedShape, body)).names;
    },
    close: () => {},
  };
}

/** The faults of files speak for themselves. */
function introductionOf({ origin }: URL, status: number): string {
  return status === 400 ? '' : `${origin} answers ${status}: `;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
