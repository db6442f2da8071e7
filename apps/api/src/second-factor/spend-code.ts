import { AppError } from '@api-monitor/core';
import type { ApiDeps } from '../api-deps.ts';

/** Who knows the password must not guess codes, from many addresses either: all count together. */
const everyone = 'everyone';

/** Throws AppError `unauthorized` where `take` says that the code is wrong, `rate_limited` after too many. */
export async function spendCode(
  { badCodes }: Pick<ApiDeps, 'badCodes'>,
  take: () => Promise<boolean>,
): Promise<void> {
  await badCodes.assertAllowed(everyone);
  if (await take()) return;
  await badCodes.recordFailure(everyone);
  throw new AppError('unauthorized', 'the code is not right, or was used before', {
    reason: 'wrong_code',
  });
}
