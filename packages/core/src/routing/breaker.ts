/** How long a breaker stays open before one request may try again, in seconds. */
export const breakerPauseS = 15;
