import { all, anthropic, gemini, on, openai, responses, shows } from './complaint.ts';

/** The channel serves the model, but not on this route; or not to this program. */
export const routeComplaints = [
  ...all(
    shows.refused,
    on('anthropic', openai(404, 'Invalid URL (POST /v1/messages)')),
    { route: 'responses', status: 404, body: '404 page not found' },
    { route: 'anthropic', status: 405, body: '<html><title>405 Not Allowed</title></html>' },
    { route: 'gemini', status: 501, body: '' },
    { route: 'chat', status: 404, body: { status: 404, error: 'Not Found', path: '/v1/chat' } },
    openai(500, 'not implemented (request id: 20260101)', {
      type: 'new_api_error',
      code: 'convert_request_failed',
    }),
    on('anthropic', openai(500, 'messages is not supported by this channel')),
    openai(400, 'The requested model is not supported.', { code: 'unsupported_api_for_model' }),
    openai(400, 'model "gpt-5.1-codex" is not accessible via the /chat/completions endpoint', {
      code: 'unsupported_api_for_model',
    }),
    on(
      'responses',
      openai(400, 'The requested operation is unsupported: not supported on this endpoint.'),
    ),
    openai(404, 'This model is only supported in v1/responses and not in v1/chat/completions.', {
      param: 'model',
    }),
    openai(400, 'Please use the /v1/responses endpoint for this model.'),
    on('responses', openai(400, "gpt-4o does not support endpoint '/v1/responses'")),
    responses(503, { error: 'unknown endpoint' }),
    anthropic(404, 'not_found_error', 'Not Found'),
    gemini(404, 'NOT_FOUND', 'Requested entity was not found: no route'),
    { route: 'gemini', status: 200, body: { success: false, message: '接口不存在' } },
  ),
  ...all(
    shows.gated,
    openai(403, 'This API is only for Claude Code.'),
    anthropic(
      400,
      'invalid_request_error',
      'This credential is only authorized for use with Claude Code and cannot be used for other API requests.',
    ),
    openai(403, '仅限 Claude Code 客户端使用', { type: 'new_api_error' }),
    openai(400, '本渠道只允许 codex 客户端访问'),
    on('responses', openai(403, 'unauthorized client detected, contact support for assistance')),
    openai(400, '暂不支持非 claude code 请求', { type: 'new_api_error' }),
    openai(403, 'Please use the official Codex CLI.'),
    openai(403, 'User-Agent not allowed'),
  ),
];
