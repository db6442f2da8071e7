import { type AddressInfo, createServer } from 'node:net';
import { testAuthority, testCertificates } from '@api-monitor/fake-provider';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { depsWithout, exampleNotice } from '../../test/loopback.ts';
import type { Notice } from '../notice.ts';
import { deliver } from './deliver.ts';

const password = 'geheim-8f14e45f';
const login = { username: 'monitor', password };

interface ReceivedMail {
  user: string | undefined;
  isSecure: boolean;
  to: string[];
  raw: string;
}

/** A real SMTP server on loopback. */
async function startServer(options: SMTPServerOptions = {}) {
  const mails: ReceivedMail[] = [];
  const tried: string[] = [];
  const server = new SMTPServer({
    ...testCertificates.by_authority,
    authOptional: true,
    onAuth(auth, _, done) {
      tried.push(auth.password ?? '');
      const isRight = auth.username === login.username && auth.password === password;
      done(isRight ? null : new Error('Invalid username or password'), { user: auth.username });
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push({
          user: session.user,
          isSecure: session.secure,
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
        });
        done(null, 'queued as 42');
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(resolve)));
  return { mails, tried, port: (server.server.address() as AddressInfo).port };
}

const tell = (
  port: number,
  part: object = {},
  notice: Notice = exampleNotice,
  timeoutMs = 10_000,
) =>
  deliver(
    notice,
    {
      kind: 'email',
      config: {
        host: 'localhost',
        port,
        from: 'monitor@example.com',
        to: ['ops@example.com'],
        ca_certificate: testAuthority,
        ...part,
      },
    },
    { ...depsWithout, timeoutMs },
  );

test('mail goes out after STARTTLS and authentication', async () => {
  const { mails, port } = await startServer();
  const to = ['ops@example.com', 'boss@example.com'];
  expect(await tell(port, { ...login, to })).toMatchObject({
    kind: 'sent',
    message: expect.stringContaining('queued as 42'),
  });
  const [mail] = mails;
  expect(mail).toMatchObject({ user: 'monitor', isSecure: true, to });
  expect(mail?.raw).toContain('From: monitor@example.com\r\n');
  expect(mail?.raw).toContain('To: ops@example.com, boss@example.com\r\n');
  expect(mail?.raw).toContain('Message-ID: <incident-7-opened-1@example.com>\r\n');
  expect(mail?.raw).toContain('References: <incident-incident-7@example.com>\r\n');
  expect(mail?.raw).toContain('Auto-Submitted: auto-generated\r\n');
  expect(textsOf(mail?.raw ?? '')).toEqual({
    'text/plain': [
      '🔴 relay\u200b.one: quota used up',
      '14 models are down.',
      'Since: 20:00',
      'Why: insufficient_quota: you exceeded your quota',
      'Served by: 3 other channels',
      '2025-11-28 20:00:00 Asia/Shanghai',
      'https://monitor.example.com/incidents.html?id=7',
    ].join('\n'),
    'text/html': expect.stringContaining('<b>Since:</b> 20:00<br>\n'),
  });
});

test('mail goes out over TLS from the start', async () => {
  const { mails, port } = await startServer({ secure: true });
  for (const host of ['localhost', '127.0.0.1']) {
    const outcome = await tell(port, { ...login, security: 'tls', host });
    expect(outcome).toMatchObject({ kind: 'sent' });
  }
  const [mail] = mails;
  expect(mail).toMatchObject({ user: 'monitor', isSecure: true });
});

test('a relay in the own network may need neither TLS nor a password', async () => {
  const { mails, port } = await startServer({ hideSTARTTLS: true });
  expect(await tell(port, { security: 'none' })).toMatchObject({ kind: 'sent' });
  expect(mails).toMatchObject([{ isSecure: false }]);
});

test('the password isn’t sent to a server without TLS, or with a certificate that isn’t trusted', async () => {
  const plain = await startServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
  expect(await tell(plain.port, login)).toMatchObject({ kind: 'refused', reason: 'rejected' });
  for (const secure of [true, false]) {
    const { tried, port } = await startServer({ secure, ...testCertificates.self_signed });
    const security = secure ? 'tls' : 'starttls';
    const outcome = await tell(port, { ...login, security });
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'network' });
    expect(outcome.message).toMatch(/self-signed certificate/);
    expect(tried).toEqual([]);
    expect(await tell(port, { ...login, security, verify_ssl: false })).toMatchObject({
      kind: 'sent',
    });
  }
  expect(plain.tried).toEqual([]);
});

test('a wrong password is refused, and isn’t in the outcome', async () => {
  const { port } = await startServer({
    onAuth: (auth, _, done) => done(new Error(`No such password: ${auth.password}`)),
  });
  const outcome = await tell(port, { ...login, password: 'wrong-password-8f14' });
  expect(outcome).toMatchObject({ kind: 'refused', reason: 'unauthorized', status: 535 });
  expect(outcome.message).toMatch(/No such password: /);
  expect(outcome.message).not.toContain('wrong-password-8f14');
});

test.each([
  [450, 'greylisted, come back later', 'retry', 'server_error'],
  [452, 'mailbox full', 'retry', 'server_error'],
  [550, 'no such user', 'refused', 'rejected'],
])('a refused recipient is read: %i %s', async (responseCode, words, kind, reason) => {
  const { port } = await startServer({
    onRcptTo: (_, __, done) => done(Object.assign(new Error(words), { responseCode })),
  });
  const outcome = await tell(port);
  expect(outcome).toMatchObject({ kind, reason, status: responseCode });
  expect(outcome.message).toContain(words);
});

test('if only some recipients are refused, the mail is sent and they are named', async () => {
  const { mails, port } = await startServer({
    onRcptTo: ({ address }, _, done) =>
      done(address === 'gone@example.com' ? new Error('no such user') : null),
  });
  const outcome = await tell(port, { to: ['gone@example.com', 'ops@example.com'] });
  expect(outcome).toMatchObject({ kind: 'sent' });
  expect(outcome.message).toMatch(/^refused: gone@example\.com; /);
  expect(mails).toMatchObject([{ to: ['ops@example.com'] }]);
});

test('no text adds a header or a recipient', async () => {
  const { mails, port } = await startServer();
  const hostile = 'x\r\nBcc: victim@evil.example\r\n\r\n.\r\nMAIL FROM:<a@evil.example>\r\n';
  await tell(port, {}, { ...exampleNotice, title: hostile, idempotencyKey: hostile });
  const [mail] = mails;
  expect(mails).toHaveLength(1);
  expect(mail?.to).toEqual(['ops@example.com']);
  expect(mail?.raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
});

test.each([
  ['says nothing', ''],
  ['greets without end', '220-hello\r\n'],
])('an attempt ends in time if the server %s', async (_, greeting) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (greeting === '') return;
    const timer = setInterval(() => socket.write(greeting), 20);
    socket.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const startedMs = performance.now();
  const { port } = server.address() as AddressInfo;
  expect(await tell(port, {}, exampleNotice, 300)).toMatchObject({
    ...{ kind: 'retry', reason: 'network', message: 'no answer in time' },
  });
  expect(performance.now() - startedMs).toBeLessThan(2000);
});

test('a server that isn’t there is tried again', async () => {
  expect(await tell(1)).toMatchObject({ kind: 'retry', reason: 'network' });
});

/** The decoded parts of a mail, by their types. */
function textsOf(raw: string): Record<string, string> {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? '';
  const parts = raw.split(`--${boundary}`).slice(1, -1);
  return Object.fromEntries(
    parts.map((part) => {
      const [head = '', ...body] = part.trim().split('\r\n\r\n');
      const type = /content-type: ([\w/]+)/i.exec(head)?.[1] ?? '';
      const encoding = /content-transfer-encoding: ([\w-]+)/i.exec(head)?.[1];
      const text = body.join('\r\n\r\n');
      const bytes =
        encoding === 'base64'
          ? Buffer.from(text, 'base64')
          : Buffer.from(quotedPrintable(text), 'latin1');
      return [type, bytes.toString().replaceAll('\r\n', '\n')];
    }),
  );
}

function quotedPrintable(text: string): string {
  return text
    .replaceAll('=\r\n', '')
    .replaceAll(/=([\dA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
