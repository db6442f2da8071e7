import { z } from 'zod';

/** The key that may use everything through the gateway; the api and the gateway both read it. */
export const masterTokenEnvShape = {
  PROXY_MASTER_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
};
