import type { DestinationKind, HttpRequest } from '../adapter.ts';
import { adapters } from '../adapters.ts';
import type { Notice } from '../notice.ts';
import { type Answer, longestMessage, type Outcome } from '../outcome.ts';
import { maskSecrets } from '../secret-texts.ts';
import { cleanLine } from '../text/clean-text.ts';
import { type OpenSocket, sendMail } from './send-mail.ts';

export interface Destination {
  kind: DestinationKind;
  /** As it was stored, with its secrets unsealed. */
  config: unknown;
}

/** The part of `fetch` that deliveries need. Address guard, proxy and certificates are the caller's. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchedAnswer>;

interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body: string;
  redirect: 'manual';
  signal: AbortSignal;
}

interface FetchedAnswer {
  status: number;
  headers: { get(name: string): string | null };
  body: AsyncIterable<Uint8Array> | null;
}

export interface DeliveryDeps {
  fetch: Fetch;
  /** Opens a connection to an SMTP server. */
  openSocket: OpenSocket;
  /** A failed request or connection in a plain sentence, and whether the address guard refused it. */
  describeFault(error: unknown): { message: string; isAddressRefused: boolean };
  /** The current time, in Unix seconds. */
  nowS: number;
  /** For the whole attempt. */
  timeoutMs?: number;
  /** Gives the attempt up. */
  signal?: AbortSignal;
}

const defaultTimeoutMs = 20_000;
const longestAnswerBytes = 64 * 1024;
const mostRedirects = 3;
const userAgent = 'API-Monitor';

/**
 * Makes one attempt to deliver a notice. Never throws for what a destination does, and ends within the
 * timeout. No secret of the destination is in the outcome.
 */
export async function deliver(
  notice: Notice,
  { kind, config }: Destination,
  deps: DeliveryDeps,
): Promise<Outcome> {
  const opened = adapters[kind].open(config);
  if (!opened.ok) {
    const words = opened.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    return { kind: 'refused', reason: 'invalid_config', status: null, message: words.join('; ') };
  }
  const { channel, secrets } = opened;
  const timeout = AbortSignal.timeout(deps.timeoutMs ?? defaultTimeoutMs);
  const signal = deps.signal ? AbortSignal.any([timeout, deps.signal]) : timeout;
  const sending = { ...deps, signal, mask: (text: string) => maskSecrets(text, secrets) };
  const unlessUnsent = <Ended>(attempt: Promise<Ended>) =>
    attempt.catch((error: unknown) =>
      timeout.aborted ? networkFault('no answer in time') : outcomeOfFault(error, sending),
    );
  if (channel.transport === 'smtp') {
    return unlessUnsent(sendMail(channel.server, channel.mail(notice), sending));
  }
  const answered = await unlessUnsent(exchange(channel.request(notice, deps.nowS), sending));
  return 'kind' in answered ? answered : channel.outcomeOf(answered);
}

type Sending = DeliveryDeps & { signal: AbortSignal; mask(text: string): string };

/** The answer, after redirects within the origin that keep the method and the body (RFC 9110, 15.4.8 and 15.4.9). */
async function exchange(request: HttpRequest, sending: Sending): Promise<Answer | Outcome> {
  let { url } = request;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const answer = await sending.fetch(url, {
      method: request.method,
      headers: { 'user-agent': userAgent, ...request.headers },
      body: request.body,
      redirect: 'manual',
      signal: sending.signal,
    });
    const location = answer.headers.get('location');
    const isRedirect = answer.status >= 300 && answer.status < 400 && location !== null;
    const body = await readBounded(answer.body, longestAnswerBytes);
    if (!isRedirect) {
      const header = (name: string) => answer.headers.get(name);
      const { status } = answer;
      return { status, header, body: sending.mask(body), nowS: sending.nowS };
    }
    const next = URL.parse(location, url);
    const keepsRequest = answer.status === 307 || answer.status === 308;
    if (!next || next.origin !== new URL(url).origin || !keepsRequest) {
      const to = next ? `to ${next.origin}, where nothing is sent` : 'to nowhere';
      const words = sending.mask(`the address redirects ${to} (${answer.status})`);
      const message = cleanLine(words, longestMessage);
      return { kind: 'refused', reason: 'redirected', status: answer.status, message };
    }
    url = next.href;
  }
  const message = `more than ${mostRedirects} redirects`;
  return { kind: 'refused', reason: 'redirected', status: null, message };
}

/** What became of an attempt that got no answer. */
function outcomeOfFault(error: unknown, { describeFault, mask }: Sending): Outcome {
  // fetch puts what happened into the cause of its own error.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const { message, isAddressRefused } = describeFault(cause);
  const words = cleanLine(mask(message), longestMessage);
  if (!isAddressRefused) return networkFault(words);
  return { kind: 'refused', reason: 'address', status: null, message: words };
}

function networkFault(message: string): Outcome {
  return { kind: 'retry', reason: 'network', status: null, retryAfterS: null, message };
}

/** The first `limit` bytes of a body, as text; the rest isn't read. */
async function readBounded(body: AsyncIterable<Uint8Array> | null, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}
