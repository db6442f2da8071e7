import { maskSecret, spellingsOf } from '@api-monitor/core';

const leastLength = 8;
const addressForm = /^[a-z][a-z\d+.-]*:\/\//i;

/**
 * What must not be shown of a secret setting: its text, and the parts of an address or of `Name: value` lines
 * that may be keys by themselves.
 */
export function secretTextsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretTextsOf);
  if (typeof value !== 'string' || value === '') return [];
  const url = addressForm.test(value) ? URL.parse(value) : null;
  if (!url) return [value, ...value.split(/[\s:,]+/).filter((part) => part.length >= leastLength)];
  const { protocol, pathname, searchParams, username, password, hostname } = url;
  // Apprise's own kinds of address have keys where others have a host.
  const host = /^https?:$/.test(protocol) ? [] : [hostname];
  const parts = [...host, ...pathname.split('/'), ...searchParams.values(), username, password];
  return [value, ...parts.filter(isKeyLike)];
}

/** `services` and `webhooks` in a path are no secrets. */
function isKeyLike(part: string): boolean {
  return part.length >= leastLength && !/^[a-z._-]+$/.test(part);
}

/** A text with each spelling of the secrets masked, the longest first. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .toSorted((a, b) => b.length - a.length)
    .flatMap((secret) => spellingsOf(secret).map((spelling) => ({ spelling, secret })))
    .reduce((rest, { spelling, secret }) => rest.replaceAll(spelling, maskSecret(secret)), text);
}
