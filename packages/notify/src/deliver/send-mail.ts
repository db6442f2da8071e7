import type { Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import { z } from 'zod';
import type { Mail, MailServer } from '../adapter.ts';
import { longestMessage, type Outcome } from '../outcome.ts';
import { cleanLine } from '../text/clean-text.ts';

/** Opens a connection, directly or through a proxy, to an address that the caller allows. */
export type OpenSocket = (
  to: { hostname: string; port: number },
  signal: AbortSignal,
) => Promise<Socket>;

interface Sending {
  openSocket: OpenSocket;
  signal: AbortSignal;
  mask(text: string): string;
}

/** How long the server may be silent: before its greeting, and at each step. The signal ends all of it. */
const silenceMs = 15_000;
const longestReplyBytes = 64 * 1024;

/** What nodemailer's errors have; a reply of 4yz may be another next time (RFC 5321, 4.2.1). */
const mailErrorShape = z.object({
  code: z.string().default(''),
  message: z.string().default(''),
  response: z.string().optional(),
  responseCode: z.number().optional(),
  permanent: z.boolean().optional(),
});

/** Sends one mail on a connection of its own. Rejects if the server couldn't be reached. */
export async function sendMail(
  server: MailServer,
  mail: Mail,
  { openSocket, signal, mask }: Sending,
): Promise<Outcome> {
  const connection = await openSocket(server, signal);
  const giveUp = () => connection.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    signal.throwIfAborted();
    const { accepted, rejected, response } = await sendOn(server, connection, mail);
    const words = rejected.length > 0 ? `refused: ${rejected.join(', ')}; ${response}` : response;
    const message = cleanLine(mask(words), longestMessage);
    return accepted.length > 0
      ? { kind: 'sent', status: null, message }
      : { kind: 'refused', reason: 'not_found', status: null, message };
  } catch (error) {
    if (signal.aborted) throw error;
    return outcomeOfError(error, mask);
  } finally {
    signal.removeEventListener('abort', giveUp);
    connection.destroy();
  }
}

async function sendOn(server: MailServer, connection: Socket, mail: Mail) {
  // Loaded for the first mail only: most destinations aren't mailboxes.
  const { createTransport } = await import('nodemailer');
  const { hostname, port, security, username, password, verifySsl, caCertificate } = server;
  const trust =
    caCertificate === '' ? {} : { ca: [...getCACertificates('default'), caCertificate] };
  const transport = createTransport({
    ...{ host: hostname, port, connection },
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { rejectUnauthorized: verifySsl, ...trust },
    ...(username === '' ? {} : { auth: { user: username, pass: password } }),
    connectionTimeout: silenceMs,
    greetingTimeout: silenceMs,
    socketTimeout: silenceMs,
    maxResponseSize: longestReplyBytes,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return transport.sendMail(messageOf(mail));
}

function messageOf({ from, to, subject, text, html, messageId, threadId }: Mail) {
  const thread = threadId === null ? {} : { inReplyTo: threadId, references: [threadId] };
  return {
    ...{ from, to: [...to], subject, text, html, messageId, ...thread },
    // Keeps holiday replies away (RFC 3834, 5).
    headers: { 'auto-submitted': 'auto-generated' },
  };
}

function outcomeOfError(error: unknown, mask: (text: string) => string): Outcome {
  const { code, message, response, responseCode, permanent } = mailErrorShape.parse(error);
  const words = cleanLine(mask(response ?? message), longestMessage);
  const status = responseCode ?? null;
  if (permanent) {
    const reason = code === 'EAUTH' ? 'unauthorized' : 'rejected';
    return { kind: 'refused', reason, status, message: words };
  }
  const reason = status === null ? 'network' : 'server_error';
  return { kind: 'retry', reason, status, retryAfterS: null, message: words };
}
