import { pathOn, type UpstreamTarget } from '@api-monitor/core';
import type { SecretBox } from '@api-monitor/db';
import type { BoardKey } from '../../board/board.ts';
import type { ClientRequest } from '../../forward/client-response.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import type { ObjectCall } from '../object-call.ts';

/** Where the other parts of an upload go. */
export interface UploadSession {
  targetId: number;
  /** The hash of the channel's key that began it; undefined if it has only one. */
  targetKey: string | undefined;
  /** null: the master token. */
  keyId: number | null;
  /** Below the channel's base URL, with its query. */
  path: string;
}

/** What is sealed; the last only if the channel has several keys. */
type Sealed = [
  targetId: number,
  keyId: number | null,
  path: string,
  /** In Unix seconds. */
  expiresAt: number,
  targetKey?: string,
];

const purpose = 'gateway.upload';
/** Google's own sessions last as long. */
const lifeS = 7 * 86_400;

/**
 * The parameter that identifies an upload session at a channel. It is sealed, so that any gateway can read
 * it, no client can change where it leads, and nobody sees the channel's address.
 */
export function sealSession(
  { secretBox }: { secretBox: SecretBox },
  { targetId, targetKey, keyId, path }: UploadSession,
  nowS: number,
): string {
  const session: Sealed = [targetId, keyId, path, nowS + lifeS];
  if (targetKey !== undefined) session.push(targetKey);
  const sealed = secretBox.seal(JSON.stringify(session), purpose);
  return Buffer.from(sealed).toString('base64url');
}

/** Null if it isn't one of this installation's, or is too old. */
export function openSession(
  { secretBox }: { secretBox: SecretBox },
  text: string,
  nowS: number,
): UploadSession | null {
  try {
    const opened = secretBox.open(Buffer.from(text, 'base64url').toString(), purpose);
    const [targetId, keyId, path, expiresAt, targetKey] = sealedIn(opened);
    return expiresAt > nowS ? { targetId, targetKey, keyId, path } : null;
  } catch {
    return null;
  }
}

/**
 * Whose upload a request without a key continues: at Google the session's id is the credential, and the SDK
 * for Python sends no other. Undefined if it continues none, or if its key has been revoked.
 */
export function uploaderOf(
  deps: Pick<GatewayDeps, 'secretBox' | 'board' | 'nowS'>,
  call: ObjectCall | null,
  query: URLSearchParams | null,
): [keyHash: string, key: BoardKey] | undefined {
  if (call?.kind !== 'gemini-file' || call.action !== 'upload') return undefined;
  const session = openSession(deps, query?.get('upload_id') ?? '', deps.nowS());
  return session ? deps.board.keyById(session.keyId) : undefined;
}

/** Only this installation can seal, so what opens is what was sealed. */
function sealedIn(opened: string): Sealed {
  return JSON.parse(opened) as Sealed;
}

/** The path below the channel's base URL; null if the address isn't there, so that its key stays at home. */
export function sessionPath(address: string, { baseUrl }: UpstreamTarget): string | null {
  const [url, base] = [URL.parse(address), new URL(baseUrl)];
  if (!url || url.origin !== base.origin || url.username !== '' || url.password !== '') return null;
  const whole = url.pathname + url.search;
  const basePath = base.pathname.replace(/\/$/, '');
  const path = whole.startsWith(`${basePath}/`) ? whole.slice(basePath.length) : whole;
  return pathOn(basePath, path) === whole ? path : null;
}

/**
 * The address of the gateway as the client wrote it, with the scheme that a proxy in front names and below the
 * base path, where each such proxy serves it. Without a slash at the end.
 */
export function ownAddress({ headers }: ClientRequest, basePath: string): string {
  const [scheme = ''] = String(headers['x-forwarded-proto'] ?? '').split(',');
  const isTls = scheme.trim().toLowerCase() === 'https';
  return `${isTls ? 'https' : 'http'}://${headers.host ?? 'localhost'}${basePath.slice(0, -1)}`;
}
