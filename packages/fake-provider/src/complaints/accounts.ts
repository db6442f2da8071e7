import { all, anthropic, gemini, on, openai, responses, shows } from './complaint.ts';

const newApi = (code: string) => ({ type: 'new_api_error', code });

/** The account or its key, whatever the status. */
export const accountComplaints = [
  ...all(
    shows.quota,
    openai(429, 'You exceeded your current quota, please check your plan and billing details.', {
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
    openai(
      429,
      'litellm.RateLimitError: RateLimitError: OpenAIException - You exceeded your current quota, please check your plan and billing details.',
      { type: 'throttling_error', code: '429' },
    ),
    anthropic(
      400,
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
    openai(
      400,
      'litellm.BadRequestError: AnthropicException - {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}',
    ),
    openai(400, '用户额度不足', newApi('')),
    openai(403, '用户额度不足, 剩余额度: ＄-0.01', newApi('insufficient_user_quota')),
    openai(200, '该令牌额度已用尽 TokenStatusExhausted', newApi('')),
    openai(500, '账户余额不足，请充值', newApi('')),
    openai(402, 'Insufficient Balance', { type: 'unknown_error' }),
    on('gemini', openai(402, 'Payment required')),
    openai(403, 'The account has no credits left: please purchase credits.'),
    openai(
      400,
      'Access denied, please make sure your account is in good standing: overdue-payment. Insufficient balance.',
      {
        code: 'Arrearage',
      },
    ),
    openai(429, 'Monthly usage limit reached for this key.'),
    { route: 'chat', status: 200, body: { success: false, message: '额度不足' } },
  ),
  ...all(
    shows.quotaOfModel,
    gemini(
      429,
      'RESOURCE_EXHAUSTED',
      'You exceeded your current quota, please check your plan and billing details. Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: gemini-2.5-pro',
    ),
    openai(
      402,
      'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 7937.',
      { code: 402 },
    ),
    openai(403, '预扣费额度失败, 用户剩余额度: ＄0.10, 需要预扣费额度: ＄0.50', newApi('')),
  ),
  ...all(
    shows.auth,
    openai(401, 'Incorrect API key provided: sk-…', { code: 'invalid_api_key' }),
    openai(401, '无效的令牌', newApi('')),
    openai(200, '无效的令牌', newApi('')),
    openai(500, 'Incorrect API key provided', { type: 'upstream_error' }),
    openai(403, '该用户已被封禁', newApi('')),
    openai(400, '账号已被禁用，请联系管理员', newApi('')),
    openai(403, 'Your account has been suspended for violating our usage policies.'),
    openai(400, 'This organization has been disabled.'),
    openai(401, 'Your account is not active.', { code: 'account_deactivated' }),
    anthropic(401, 'authentication_error', 'invalid x-api-key'),
    anthropic(403, 'permission_error', 'OAuth token has been revoked. Please obtain a new token.'),
    gemini(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'),
    gemini(
      403,
      'PERMISSION_DENIED',
      'Your project has been denied access. Please contact support.',
    ),
    responses(401, { detail: 'Unauthorized' }),
    responses(200, { detail: 'Invalid API key' }),
    { route: 'chat', status: 401, body: '' },
  ),
  ...all(
    shows.authOfModel,
    openai(403, '该令牌无权使用模型：gpt-4o', newApi('')),
    openai(403, 'This token has no access to model gpt-4o', newApi('')),
    openai(401, 'key not allowed to access model. This key can only access models=[]', {
      type: 'key_model_access_denied',
    }),
    openai(403, 'Forbidden'),
  ),
];
