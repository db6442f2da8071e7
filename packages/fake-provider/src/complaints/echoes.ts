import { all, anthropic, openai, shows } from './complaint.ts';

/**
 * Complaints that repeat a client's words, which sound as if the channel had failed. They are seen so by
 * the gateway alone, because a probe's words are ours.
 */
export const echoes = [
  ...all(
    shows.clientsFault,
    openai(400, "Invalid value: 'invalid api key'. Supported values are: 'low', 'high'.", {
      param: 'reasoning_effort',
      code: 'invalid_value',
    }),
    openai(400, "Invalid value: 'x' your account is disabled ''", { param: 'user' }),
    openai(400, 'Error while downloading https://example.com/unauthorized-billing.png', {
      param: 'url',
      code: 'invalid_image_url',
    }),
  ),
  // These may be about the channel after all, so another one is asked.
  ...all(
    { ...shows.clientsFault, mayAnotherServe: true },
    openai(400, "1 validation error: Input should be a string, input_value='check billing'", {
      type: 'BadRequestError',
    }),
    anthropic(
      400,
      'invalid_request_error',
      "messages.0.role: expected 'user', got 'check billing'",
    ),
    openai(400, 'Error while downloading: the host said unauthorized', {
      code: 'invalid_image_url',
    }),
    openai(
      400,
      "'Your credit balance is too low to access the Anthropic API' is not of type 'array'",
    ),
    openai(500, "Invalid value: 'invalid api key'", { type: 'new_api_error', param: 'effort' }),
    openai(400, "Invalid value: 'model not found'"),
    openai(400, "Invalid value: 'unsupported endpoint'"),
    openai(400, "Invalid value: 'this is an image model'"),
    openai(400, "Unknown tool 'only for Claude Code'"),
  ),
];
