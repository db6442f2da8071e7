import { z } from 'zod';

/** What became of a test that was sent to a destination. */
export const destinationTestShape = z.object({
  is_sent: z.boolean(),
  status: z.int().nullable().describe('the HTTP or SMTP status; null: there was no answer'),
  answer: z.string().describe("the vendor's answer, or why there was none, without secrets"),
  duration: z.number().describe('seconds'),
});
export type DestinationTest = z.output<typeof destinationTestShape>;
