import { parseTrustedProxies } from '../http/client-address.ts';
import { envParsed } from './read-env.ts';

/** Whose `X-Forwarded-For` counts, for all that limits by address. */
export const trustedProxiesEnvShape = {
  TRUSTED_PROXIES: envParsed({
    parse: parseTrustedProxies,
    default: '',
    allowed: 'addresses or networks (CIDR) between commas',
  }),
};
