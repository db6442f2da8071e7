/** Who asks: an admin holds the API token, a visitor may only look. */
export type Caller = 'admin' | 'visitor';
