import type { IncomingHttpHeaders } from 'node:http';

/** Every credential that a request carries, in the order in which they count. */
export function credentialsOf(
  headers: IncomingHttpHeaders,
  query: URLSearchParams | null,
): string[] {
  const bearer = headers.authorization;
  const credentials = [
    bearer !== undefined && /^bearer /i.test(bearer) ? bearer.slice(7).trim() : undefined,
    textOf(headers['x-api-key']),
    textOf(headers['x-goog-api-key']),
    query?.get('key') ?? undefined,
  ];
  return credentials.filter(
    (credential) => credential !== undefined && credential !== '',
  ) as string[];
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
