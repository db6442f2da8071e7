import { Secret, TOTP } from 'otpauth';

const issuer = 'API Monitor';
const periodS = 30;
/** A code of the step before or after holds too: clocks differ. */
const stepsAside = 1;

/** A new secret of 160 bits in base32, as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator app takes, as a QR code or a link. */
export function totpUri(secret: string): string {
  return totpOf(secret).toString();
}

/** The step (30 s since the epoch) that a code belongs to, or null where it is not valid now. RFC 6238. */
export function stepOfCode(secret: string, code: string, nowS: number): number | null {
  const delta = totpOf(secret).validate({
    token: code,
    timestamp: nowS * 1000,
    window: stepsAside,
  });
  return delta === null ? null : Math.floor(nowS / periodS) + delta;
}

function totpOf(secret: string): TOTP {
  const parts = { algorithm: 'SHA1', digits: 6, period: periodS } as const;
  return new TOTP({ issuer, label: 'admin', secret: Secret.fromBase32(secret), ...parts });
}
