import { all, anthropic, gemini, openai, responses, shows } from './complaint.ts';

/** What a client asked for; to another client the model may answer. */
export const requestComplaints = [
  ...all(
    shows.tooLong,
    openai(
      400,
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      {
        code: 'context_length_exceeded',
        param: 'messages',
      },
    ),
    anthropic(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    anthropic(413, 'request_too_large', 'Request exceeds the maximum size'),
    gemini(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    ),
    openai(400, '输入超出模型上下文长度限制'),
    openai(500, 'context window exceeded', { type: 'server_error' }),
    { route: 'chat', status: 413, body: 'Payload too large' },
    responses(400, {
      error: {
        message: 'Your input exceeds the context window of this model.',
        code: 'context_length_exceeded',
      },
    }),
  ),
  ...all(
    shows.clientsFault,
    openai(400, "Invalid value for 'temperature': must be at most 2.", { param: 'temperature' }),
    openai(400, 'messages: at least one message is required'),
    openai(422, 'field required', { type: 'validation_error' }),
    {
      route: 'chat',
      status: 422,
      body: { detail: [{ loc: ['body', 'messages'], msg: 'field required', type: 'missing' }] },
    },
    anthropic(
      400,
      'invalid_request_error',
      'messages.0.content: text content blocks must be non-empty',
    ),
    gemini(400, 'INVALID_ARGUMENT', 'Unable to process input image'),
    openai(401, 'OpenAI-Organization header should match organization for API key', {
      code: 'mismatched_organization',
    }),
    openai(200, 'x', { code: 'invalid_prompt' }),
    openai(
      400,
      'The response was filtered due to the prompt triggering content management policy.',
      { code: 'content_filter' },
    ),
    openai(400, 'Input data may contain inappropriate content.', {
      code: 'data_inspection_failed',
    }),
    openai(403, '内容包含敏感信息，请求被拒绝', { type: 'new_api_error' }),
    anthropic(400, 'invalid_request_error', 'Output blocked by content filtering policy'),
    { route: 'gemini', status: 200, body: { promptFeedback: { blockReason: 'SAFETY' } } },
  ),
  ...all(
    { ...shows.clientsFault, mayAnotherServe: true },
    responses(400, {
      error: {
        message: "Previous response with id 'resp_1' not found.",
        type: 'invalid_request_error',
        param: 'previous_response_id',
        code: 'previous_response_not_found',
      },
    }),
    responses(400, {
      error: {
        message: 'The encrypted content could not be verified.',
        code: 'invalid_encrypted_content',
      },
    }),
    anthropic(
      400,
      'invalid_request_error',
      'messages.1.content.0: Invalid `signature` in `thinking` block',
    ),
    openai(500, 'Extra inputs are not permitted', { param: 'stream_options' }),
    {
      route: 'chat',
      status: 500,
      body: { detail: [{ loc: ['body', 'top_k'], msg: 'Extra inputs are not permitted' }] },
    },
  ),
];
