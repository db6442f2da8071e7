import { z } from 'zod';
import { unixSeconds } from '../shape.ts';

/** What the API shows of an admin's session. */
export const adminSessionShape = z.object({
  id: z.int(),
  created_at: unixSeconds,
  last_seen_at: unixSeconds.describe('to the minute, Unix seconds'),
  expires_at: unixSeconds,
  address: z.string().describe('where the login came from'),
  user_agent: z.string(),
});
export type AdminSession = z.output<typeof adminSessionShape>;
