import { describe, expect, test } from 'vitest';
import { type Complaint, classifyError, topicOf } from './classify-error.ts';
import type { ErrorKind } from './error-kind.ts';

function complaint(status: number, message = '', type?: string, code?: string): Complaint {
  return { status, message, type: type ?? null, code: code ?? null, param: null };
}

describe('a complaint is classified', () => {
  test.each<[ErrorKind, Complaint]>([
    ['auth', complaint(401, 'Incorrect API key provided')],
    ['auth', complaint(403, 'Just a moment...')],
    ['auth', complaint(200, 'bad key', 'authentication_error')],
    ['auth', complaint(200, '无效的令牌')],
    ['quota', complaint(402, 'Payment required')],
    ['quota', complaint(403, '用户额度不足', 'new_api_error', 'insufficient_user_quota')],
    ['quota', complaint(429, 'You exceeded your current quota, check your plan and billing')],
    ['quota', complaint(429, 'x', 'insufficient_quota')],
    ['quota', complaint(400, 'Your credit balance is too low')],
    ['quota', complaint(500, '账户余额不足')],
    ['rate_limit', complaint(429, 'slow down')],
    ['rate_limit', complaint(429, 'Quota exceeded: 10 requests per minute')],
    ['rate_limit', complaint(200, 'Too many requests')],
    ['rate_limit', complaint(200, 'm', undefined, '429')],
    ['not_found', complaint(404, 'nothing here')],
    ['not_found', complaint(405, 'method not allowed')],
    ['not_found', complaint(503, 'No available channel for model x', '', 'model_not_found')],
    ['not_found', complaint(400, 'The model `x` does not exist')],
    ['bad_request', complaint(400, 'max_tokens is unsupported')],
    ['bad_request', complaint(413, 'too large')],
    ['bad_request', complaint(422, 'field required')],
    ['bad_request', complaint(200, 'm', 'invalid_request_error')],
    ['timeout', complaint(408, 'request timeout')],
    ['upstream', complaint(500, 'oops')],
    ['upstream', complaint(529, 'Overloaded', 'overloaded_error')],
    ['upstream', complaint(200, 'Overloaded', 'overloaded_error')],
    ['upstream', complaint(302, '')],
    ['upstream', complaint(502, 'load balancer: no upstream')],
  ])('%s: %o', (kind, said) => {
    expect(classifyError(said)).toBe(kind);
  });
});

describe('a missing model', () => {
  test.each([
    complaint(404, 'The model `gpt-9` does not exist or you do not have access to it.'),
    complaint(404, 'model: claude-9', 'not_found_error'),
    complaint(404, 'models/gemini-9 is not found for API version v1beta'),
    complaint(404, '模型 x 不存在'),
    complaint(404, 'x', 'invalid_request_error', 'model_not_found'),
  ])('is recognised by %o', (said) => {
    expect(topicOf(said)).toBe('model_missing');
  });

  test.each([
    complaint(404, '404 page not found'),
    complaint(404, 'Invalid URL (POST /v1/messages)'),
    complaint(404, 'Not Found: /v1beta/models/gemini-pro:generateContent'),
    complaint(404, 'Not Found', 'not_found_error'),
    complaint(404, 'This model is only supported in v1/responses and not in v1/chat/completions.'),
  ])('is not recognised by %o', (said) => {
    expect(topicOf(said)).toBe('route_refused');
  });
});
