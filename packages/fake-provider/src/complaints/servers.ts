import { all, anthropic, gemini, openai, responses, shows } from './complaint.ts';

const challenge =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>';

/** Limits that pass by themselves, and servers that are down. */
export const serverComplaints = [
  ...all(
    shows.rateLimit,
    openai(429, ''),
    openai(429, 'Quota exceeded: 10 requests per minute'),
    openai(429, '当前并发数已达上限 (1)，请稍后再试', { code: 'concurrency_limit' }),
    openai(400, 'Too many concurrent requests for this account'),
    openai(200, '请求过于频繁，请稍后再试'),
    openai(503, 'Concurrency limit exceeded for user, please retry later'),
    openai(429, '当前分组上游负载已饱和，请稍后再试', { type: 'new_api_error' }),
    anthropic(
      429,
      'rate_limit_error',
      'This request would exceed the rate limit for your organization',
    ),
    gemini(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check rate limits).'),
    { route: 'chat', status: 200, body: { code: 429, message: 'slow down, please' } },
  ),
  ...all(
    shows.rateLimitOfModel,
    openai(429, 'Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000.', {
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    openai(
      429,
      'Rate limit reached for gpt-4o-mini in organization org-a on requests per min (RPM): Limit 3, Used 3, Requested 1.',
    ),
    anthropic(
      429,
      'rate_limit_error',
      'This request would exceed the rate limit of 8,000 output tokens per minute (model: claude-x)',
    ),
    openai(429, '该模型请求过于频繁，请稍后再试'),
  ),
  ...all(
    shows.tooLong,
    openai(
      429,
      'Request too large for gpt-4o in organization org-a on tokens per min (TPM): Limit 30000, Requested 90000. The input or output tokens must be reduced in order to run successfully.',
      { type: 'tokens', code: 'rate_limit_exceeded' },
    ),
    openai(
      413,
      'Request too large for model `llama-3` on tokens per minute (TPM): Limit 6000, Requested 9044, please reduce your message size and try again.',
    ),
  ),
  ...all(
    shows.page,
    { route: 'chat', status: 200, body: challenge },
    { route: 'chat', status: 403, body: challenge },
    { route: 'anthropic', status: 503, body: challenge },
    { route: 'gemini', status: 403, body: '<html><title>403 Forbidden</title></html>' },
    { route: 'chat', status: 200, body: '' },
    { route: 'chat', status: 200, body: '{"choices":[{"mess' },
  ),
  ...all(
    shows.upstream,
    openai(500, 'Internal server error', { type: 'server_error' }),
    { route: 'chat', status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' },
    { route: 'chat', status: 524, body: 'error code: 524' },
    openai(502, 'load balancer: no upstream'),
    anthropic(529, 'overloaded_error', 'Overloaded'),
    openai(200, 'Provider returned error', { type: 'error', code: 504 }),
    {
      route: 'chat',
      status: 200,
      body: { choices: [{ message: { content: 'par' }, finish_reason: 'error' }] },
    },
    {
      route: 'chat',
      status: 200,
      body: { choices: [{ message: { content: 'par' }, error: { message: 'disconnected' } }] },
    },
    { route: 'chat', status: 200, body: { success: false, message: 'channel switched off' } },
    { route: 'chat', status: 200, body: { error: 'the relay is tired' } },
    responses(200, {
      object: 'response',
      status: 'failed',
      error: { code: 'server_error', message: 'gave up' },
    }),
    responses(200, { detail: 'Something went wrong' }),
  ),
  ...all(shows.timeout, openai(408, 'Request timed out')),
];
