import { z } from 'zod';
import { defineAdapter } from '../adapter.ts';
import { shortKey } from '../short-key.ts';
import { cutText } from '../text/clean-text.ts';
import { fitText } from '../text/fit-notice.ts';
import { html, plain } from '../text/markup.ts';
import { shownNotice } from '../text/shown-notice.ts';

const longestSubject = 200;
const longestText = 100_000;

const defaultPorts = { tls: 465, starttls: 587, none: 25 } as const;

const securities = {
  starttls: { en: 'STARTTLS (port 587)', zh: 'STARTTLS（端口 587）' },
  tls: { en: 'TLS (port 465)', zh: 'TLS（端口 465）' },
  none: { en: 'None (port 25)', zh: '不加密（端口 25）' },
} as const;

const mailAddress = z.email('must be an address such as name@example.com').max(254);

const hostname = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[\w.-]+$|^[\da-f:]+$/i, 'must be a host name or an IP address, without a port');

/**
 * Mail by an SMTP server (RFC 5321), with STARTTLS (RFC 3207) or TLS (RFC 8314) and a password (RFC 4954).
 * All mail about an incident is one conversation. Each attempt has the same Message-ID.
 */
export const email = defineAdapter({
  kind: 'email',
  name: { en: 'Email', zh: '邮件' },
  docs: 'https://www.rfc-editor.org/rfc/rfc8314',
  // Providers differ; the large ones take more.
  rateLimits: [{ requests: 20, perS: 60 }],
  config: z
    .strictObject({
      host: hostname,
      port: z.int().min(0).max(65_535).default(0),
      security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
      username: z.string().trim().max(256).default(''),
      password: z.string().max(1024).default(''),
      from: mailAddress,
      to: z.array(mailAddress).min(1).max(50),
      verify_ssl: z.boolean().default(true),
      ca_certificate: z
        .string()
        .trim()
        .max(65_536)
        .refine((pem) => pem === '' || /-----BEGIN CERTIFICATE-----/.test(pem), {
          error: 'must be PEM certificates (-----BEGIN CERTIFICATE-----)',
          params: { code: 'wrong_certificate' },
        })
        .default(''),
    })
    .superRefine(({ username, password, security }, context) => {
      const refuse = (path: 'username' | 'password' | 'security', message: string) =>
        context.addIssue({ code: 'custom', path: [path], message });
      if (username !== '' && password === '') refuse('password', 'is required with a user name');
      if (username === '' && password !== '') refuse('username', 'is required with a password');
      if (password !== '' && security === 'none') {
        refuse('security', 'must not be none with a password, which would travel in clear text');
      }
    }),
  fields: {
    host: { input: 'text', label: { en: 'SMTP server', zh: 'SMTP 服务器' } },
    port: {
      input: 'number',
      label: { en: 'Port', zh: '端口' },
      help: { en: '0: the usual one.', zh: '0：默认端口。' },
    },
    security: { input: 'choice', choices: securities, label: { en: 'Security', zh: '加密' } },
    username: { input: 'text', label: { en: 'User name', zh: '用户名' } },
    password: {
      ...{ input: 'text', isSecret: true },
      label: { en: 'Password', zh: '密码' },
      help: {
        en: 'Many providers want a password for apps.',
        zh: '许多邮箱要求使用授权码（应用专用密码）。',
      },
    },
    from: { input: 'text', label: { en: 'From', zh: '发件人' } },
    to: { input: 'lines', label: { en: 'To', zh: '收件人' } },
    verify_ssl: { input: 'switch', label: { en: 'Verify the certificate', zh: '验证证书' } },
    ca_certificate: {
      input: 'multiline',
      label: { en: 'CA certificate', zh: 'CA 证书' },
      help: {
        en: 'PEM, if the server’s isn’t signed by a public authority.',
        zh: 'PEM，服务器证书非公共机构签发时填写。',
      },
    },
  },
  open: ({ host, port, security, verify_ssl, ca_certificate, from, to, username, password }) => ({
    transport: 'smtp',
    server: {
      hostname: host,
      port: port === 0 ? defaultPorts[security] : port,
      security,
      verifySsl: verify_ssl,
      caCertificate: ca_certificate,
      username,
      password,
    },
    mail(notice) {
      const shown = shownNotice(notice);
      const parts = { withTitle: true, withLink: true };
      const domain = from.split('@').at(-1) ?? host;
      const idOf = (key: string) => `<${shortKey(key, 64)}@${domain}>`;
      const { incidentKey } = notice;
      return {
        from,
        to,
        subject: cutText(shown.markedTitle, longestSubject),
        text: fitText(shown, plain, parts, longestText),
        html: fitText(shown, html, parts, longestText),
        messageId: idOf(notice.idempotencyKey),
        threadId: incidentKey === null ? null : idOf(`incident-${incidentKey}`),
      };
    },
  }),
});
