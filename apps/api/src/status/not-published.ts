import { AppError } from '@api-monitor/core';

/** The same error whether the page is off or the line unknown, so that it doesn't reveal which. */
export function notPublished(): AppError {
  return new AppError('not_found', 'nothing is published under this name');
}
