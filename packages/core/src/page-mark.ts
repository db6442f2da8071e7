/**
 * The header by which our pages mark their calls to the API. A page of another origin can't send it: browsers
 * ask the server first, and the API doesn't allow it.
 */
export const pageMark = { name: 'x-requested-with', value: 'api-monitor' } as const;
