/**
 * The `Via` entry with which an installation signs each request that it sends (RFC 9110, 7.6.3). All
 * replicas of one installation have the same id, 16 hexadecimal digits.
 */
export function viaMarkOf(instanceId: string): string {
  return `1.1 api-monitor-${instanceId}`;
}

/** What a request's `Via` says about its way here. */
export interface Trail {
  /** This installation has forwarded it before. */
  isOwn: boolean;
  /** How many other installations have forwarded it. */
  otherMonitors: number;
  /** The entries to send upstream before our own mark; may be empty. */
  forwarded: string;
}

const emptyTrail: Trail = { isOwn: false, otherMonitors: 0, forwarded: '' };

/** `header` is the whole value of `Via`; repeated headers are joined with commas. */
export function readVia(header: string | undefined, instanceId: string): Trail {
  if (!header) return emptyTrail;
  // The whole text is searched for marks, so that an unclosed comment can't hide one.
  const ids = [...header.matchAll(markPattern)].map(([, id]) => id?.toLowerCase());
  return {
    isOwn: ids.includes(instanceId),
    otherMonitors: ids.filter((id) => id !== instanceId).length,
    forwarded: entriesOf(header).join(', '),
  };
}

/** More than any real chain has: some installation on the way must have missed its own mark. */
const monitorLimit = 8;

/** Why a request must not be forwarded, as a sentence; null if it may. */
export function faultOfTrail({ isOwn, otherMonitors }: Trail): string | null {
  if (isOwn) {
    return 'the request came back to the API Monitor that sent it: a channel loops back to this monitor';
  }
  if (otherMonitors < monitorLimit) return null;
  return `the request has passed through ${otherMonitors} other API Monitors: their channels seem to form a loop`;
}

const markPattern = /(?<![^\s,])api-monitor-([0-9a-f]{16})(?![^\s,:(])/gi;

/** A protocol and its recipient: a pseudonym, or a host with or without a port. */
const entryPattern = /^([!#$%&'*+.^_`|~\w/-]+)[ \t]+(\S+)$/;

/**
 * The well-formed entries, without comments. Host names and ports of the client's network are replaced,
 * as RFC 9110, 7.6.3, requires at the edge of a network; pseudonyms stay.
 */
function entriesOf(header: string): string[] {
  return withoutComments(header)
    .split(',')
    .flatMap((entry) => {
      const [, protocol, receivedBy = ''] = entryPattern.exec(entry.trim()) ?? [];
      if (!protocol) return [];
      return [`${protocol} ${/[.:]/.test(receivedBy) ? 'hidden' : receivedBy}`];
    });
}

/** Comments may be nested and may contain commas and escaped parentheses (RFC 9110, 5.6.5). */
function withoutComments(header: string): string {
  let kept = '';
  let depth = 0;
  for (let at = 0; at < header.length; at += 1) {
    const char = header[at] ?? '';
    if (char === '\\' && depth > 0) at += 1;
    else if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += char;
  }
  return kept;
}
