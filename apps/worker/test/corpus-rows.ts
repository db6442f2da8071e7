import { alive, allRoutes, bothWays, type CorpusRow, chatRoutes, cut, dead } from './corpus-row.ts';

const notChat = ['responses', 'anthropic', 'gemini'] as const;
const callsTool = (row: CorpusRow): CorpusRow => ({
  ...row,
  expected: { ...row.expected, tool_calls_count: 1 },
});
const within = (timeoutS: number, row: CorpusRow): CorpusRow => ({ ...row, timeoutS });
const withStatus = (status: number, row: CorpusRow): CorpusRow => ({
  ...row,
  expected: { ...row.expected, status_code: status },
});

const answers = bothWays(
  alive('good', chatRoutes),
  alive('good', ['embeddings'], 'embedding of 4 dimensions'),
  alive('slow', chatRoutes),
  alive('paced', chatRoutes),
  alive('long_text', chatRoutes, 'a'.repeat(499)),
  alive('reasoning_only', ['chat'], 'Who am I? A model, it seems.'),
  dead('reasoning_only', notChat, 'no_text', 200, 'no readable text'),
  alive('thought_then_text', chatRoutes, 'I am thinking.'),
  alive('refusal', chatRoutes, 'I cannot say.'),
  alive('parts_content', chatRoutes, 'I come in parts.'),
  callsTool(alive('tool_call', chatRoutes, '')),
  alive('stopped_thinking', chatRoutes, ''),
  alive('stopped_in_thought', ['chat'], 'I wonder'),
  alive('stopped_in_thought', notChat, ''),
  dead('stopped_unused', chatRoutes, 'no_text', 200, 'no readable text'),
  dead('no_text', chatRoutes, 'no_text', 200, 'no readable text'),
  dead('blank_text', chatRoutes, 'no_text', 200, 'no readable text'),
  dead('empty_parts', allRoutes, 'no_text', 200, 'no readable text'),
  dead('null_parts', allRoutes, 'no_text', 200, 'no readable text'),
  alive('legacy_text', ['chat'], 'An old answer.'),
  alive('json_though_stream_asked', chatRoutes),
  alive('stream_unasked', chatRoutes),
  alive('stream_unasked', ['embeddings'], 'embedding of 4 dimensions'),
  alive('stream_as_json_type', chatRoutes),
  alive('json_as_stream_type', chatRoutes),
  alive('json_as_html_type', chatRoutes),
  alive('byte_order_mark', chatRoutes),
  alive('crlf_and_comments', chatRoutes),
  alive('no_last_blank_line', chatRoutes),
  alive('invalid_utf8', chatRoutes, 'I am \uFFFD{model}.'),
);

const errorsInBody = [
  dead('error_object', allRoutes, 'upstream', 200, 'response error: the relay lost its way'),
  dead('error_string', allRoutes, 'upstream', 200, 'response error: the relay is tired'),
  dead('error_quota', allRoutes, 'quota', 200, 'response error: 余额不足'),
  dead('error_overloaded', allRoutes, 'upstream', 200, 'response error: Overloaded'),
  dead('error_auth', allRoutes, 'auth', 200, 'response error: Invalid API key'),
  dead('error_rate_limit', allRoutes, 'rate_limit', 200, 'response error: rate limit reached'),
  alive('error_null_with_text', chatRoutes),
  alive('error_empty_with_text', chatRoutes),
  dead('success_false', allRoutes, 'upstream', 200, 'response error: channel switched off'),
  alive('success_true_with_text', chatRoutes),
  dead('code_1001', allRoutes, 'upstream', 200, 'response error: no such plan'),
  dead('code_429', allRoutes, 'rate_limit', 200, 'response error: slow down, please'),
  alive('code_0_with_text', chatRoutes),
  alive('code_200_with_text', chatRoutes),
  dead('type_error', allRoutes, 'upstream', 200, 'response error: internal trouble'),
  dead('type_error_bare', allRoutes, 'upstream', 200, 'response error: bare trouble'),
  dead('status_failed', allRoutes, 'upstream', 200, 'response error: the response failed'),
  dead('error_in_array', allRoutes, 'rate_limit', 200, 'response error: try later'),
  ...bothWays(
    dead('error_event', chatRoutes, 'upstream', 200, 'response error: broke halfway'),
    dead('error_event_first', chatRoutes, 'upstream', 200, 'response error: broke at once'),
    dead('error_event_named', chatRoutes, 'upstream', 200, 'response error: named it'),
    dead('error_event_text', chatRoutes, 'upstream', 200, 'response error: plain words'),
    dead('response_failed_event', ['responses'], 'upstream', 200, 'response error: gave up'),
  ),
];

const statuses = [
  dead('http_400', allRoutes, 'bad_request', 400, 'HTTP 400: messages: field is malformed'),
  dead('http_400_model', allRoutes, 'not_found', 400, 'HTTP 400: The model `x` does not exist'),
  dead('http_401', allRoutes, 'auth', 401, 'HTTP 401: Incorrect API key provided'),
  dead('http_401_echo', allRoutes, 'auth', 401, 'HTTP 401: Incorrect API key provided: sk-co…6789'),
  dead('http_402', allRoutes, 'quota', 402, 'HTTP 402: Payment required'),
  dead('http_403', allRoutes, 'auth', 403, 'HTTP 403: Your region is not supported'),
  dead('http_403_quota', allRoutes, 'quota', 403, 'HTTP 403: 用户额度不足'),
  dead('http_404_model', allRoutes, 'not_found', 404, /^HTTP 404: The model does not exist or you/),
  dead('http_408', allRoutes, 'timeout', 408, 'HTTP 408: Request timed out'),
  dead('http_413', allRoutes, 'bad_request', 413, 'HTTP 413: Payload too large'),
  dead('http_418_detail', allRoutes, 'bad_request', 418, 'HTTP 418: I am a teapot'),
  dead('http_422', allRoutes, 'bad_request', 422, 'HTTP 422: field required'),
  dead('http_429', allRoutes, 'rate_limit', 429, 'HTTP 429: Rate limit reached for requests'),
  dead('http_429_quota', allRoutes, 'quota', 429, 'HTTP 429: You exceeded your current quota'),
  dead(
    'http_429_per_minute',
    allRoutes,
    'rate_limit',
    429,
    'HTTP 429: Quota exceeded: 5 requests per minute',
  ),
  dead('http_500', allRoutes, 'upstream', 500, 'HTTP 500: Internal server error'),
  dead('http_500_text', allRoutes, 'upstream', 500, 'HTTP 500: panic: out of luck'),
  dead('http_500_empty', allRoutes, 'upstream', 500, 'HTTP 500: no message'),
  dead('http_500_balance', allRoutes, 'quota', 500, 'HTTP 500: 账户余额不足'),
  dead('http_502_page', allRoutes, 'upstream', 502, 'HTTP 502: 502 Bad Gateway'),
  dead('http_503', allRoutes, 'upstream', 503, 'HTTP 503: Service unavailable'),
  dead(
    'http_503_no_channel',
    allRoutes,
    'not_found',
    503,
    'HTTP 503: No available channel for model x',
  ),
  dead('http_504', allRoutes, 'upstream', 504, 'HTTP 504: upstream request timeout'),
  dead('http_524', allRoutes, 'upstream', 524, 'HTTP 524: error code: 524'),
  dead('http_529', allRoutes, 'upstream', 529, 'HTTP 529: Overloaded'),
  dead('http_204', allRoutes, 'bad_body', 204, 'response parse failed: empty body'),
  withStatus(201, alive('http_201_good_enough', ['chat'], 'Made.')),
  dead(
    'page_200',
    allRoutes,
    'bad_body',
    200,
    /^response parse failed: an HTML page, starts with <!DOCTYPE html><html><head><title>Just a moment/,
  ),
  dead('page_403', allRoutes, 'auth', 403, 'HTTP 403: Just a moment...'),
  dead('page_503', allRoutes, 'upstream', 503, 'HTTP 503: Just a moment...'),
];

const brokenBodies = bothWays(
  dead('empty_body', allRoutes, 'bad_body', 200, 'response parse failed: empty body'),
  dead('blank_body', allRoutes, 'bad_body', 200, 'response parse failed: empty body'),
  dead('json_null', allRoutes, 'no_text', 200, 'no readable text'),
  dead('json_string', allRoutes, 'no_text', 200, 'no readable text'),
  dead(
    'plain_words',
    allRoutes,
    'bad_body',
    200,
    'response parse failed: not JSON, starts with The server is doing fine.',
  ),
  dead('garbage_events', allRoutes, 'bad_body', 200, /not JSON, starts with data: <oops> data:/),
  dead('only_comments', allRoutes, 'bad_body', 200, /not JSON, starts with : ping : ping$/),
  dead('only_done', allRoutes, 'no_text', 200, 'no readable text'),
  dead('cut_json', allRoutes, 'bad_body', 200, /^response parse failed: not JSON, starts with \{"/),
  dead('silent_truncation', allRoutes, 'bad_body', 200, /^response parse failed: not JSON, starts/),
  alive('stream_without_end', chatRoutes),
  dead('nested_deeply', allRoutes, 'no_text', 200, 'no readable text'),
  cut('over_4_mib', allRoutes, /the body is longer than is read, starts with \{"choices":\[\],/),
);

const connections = bothWays(
  dead('reset_before_headers', allRoutes, 'network', null, /^connection (reset|closed)/),
  dead('closed_before_headers', allRoutes, 'network', null, /^connection (reset|closed)/),
  dead('reset_midway', allRoutes, 'network', null, /^connection (reset|closed)/),
  dead('closed_midway', allRoutes, 'network', null, /^connection (reset|closed)/),
  dead(
    'shorter_than_promised',
    allRoutes,
    'network',
    null,
    'connection closed before the answer ended',
  ),
  dead('not_http', allRoutes, 'network', null, 'the answer is not valid HTTP'),
  within(0.3, dead('hang_before_headers', allRoutes, 'timeout', null, 'timed out after 0.3 s')),
  within(0.3, dead('hang_midway', allRoutes, 'timeout', null, 'timed out after 0.3 s')),
  within(0.3, dead('endless_comments', allRoutes, 'timeout', null, 'timed out after 0.3 s')),
  within(0.3, dead('slow_drip', allRoutes, 'timeout', null, 'timed out after 0.3 s')),
  within(30, cut('endless_body', allRoutes, /the body is longer than is read, starts with xxxx/)),
  alive('closes_used_connection', chatRoutes),
);

const heldOpen = [alive('stays_open', chatRoutes)];

const encodings = bothWays(
  alive('gzip', chatRoutes),
  alive('deflate', chatRoutes),
  alive('deflate_raw', chatRoutes),
  alive('br', chatRoutes),
  alive('zstd', chatRoutes),
  dead('gzip_unlabelled', allRoutes, 'bad_body', 200, /^response parse failed: not JSON, starts/),
  cut('gzip_though_plain', allRoutes, "response parse failed: the body's compression is broken"),
  cut('gzip_corrupt', allRoutes, /^response parse failed: the body's compression is broken/),
  cut('gzip_cut', allRoutes, /^response parse failed: the body's compression is broken/),
  cut('gzip_bomb', allRoutes, /^response parse failed: the body is longer than is read/),
);

const forms = bothWays(
  alive('wants_max_completion_tokens', chatRoutes),
  alive('wants_ample_limit', chatRoutes),
  alive('wants_stream', chatRoutes),
  alive('refuses_stream', chatRoutes),
  alive('refuses_stream_options', chatRoutes),
  alive('refuses_stream_options_422', chatRoutes),
  alive('refuses_much', chatRoutes),
  dead('wants_the_impossible', chatRoutes, 'bad_request', 400, /stream/i),
  alive('only_chat', chatRoutes),
  alive('only_chat_plain_404', chatRoutes),
  alive('only_chat_405', chatRoutes),
  alive('only_chat_400', chatRoutes),
  alive('only_chat_200', chatRoutes),
  alive('only_responses', chatRoutes),
  alive('only_anthropic', chatRoutes),
  alive('only_gemini', chatRoutes),
  alive('gemini_without_streaming', chatRoutes),
  dead('no_route', allRoutes, 'not_found', 404, 'HTTP 404: 404 page not found'),
  dead('only_chat_and_limited', chatRoutes, 'rate_limit', 429, 'HTTP 429: slow down'),
);

const redirects = [
  alive('redirect_same_origin', chatRoutes),
  dead(
    'redirect_cross_origin',
    allRoutes,
    'upstream',
    307,
    /^HTTP 307: redirects to http:\/\/localhost:\d+, not followed$/,
  ),
  dead('redirect_302_cross_origin', allRoutes, 'upstream', 302, /to http:\/\/localhost:\d+, not/),
  dead(
    'redirect_to_login',
    allRoutes,
    'upstream',
    302,
    'HTTP 302: redirects to /login, not followed',
  ),
  dead('redirect_loop', allRoutes, 'upstream', 308, /^HTTP 308: redirects to \/v1/),
];

const echoes = bothWays(
  alive('echo_in_text', chatRoutes, 'Your key is sk-co…6789, is it not?'),
  alive('echo_at_the_cut', chatRoutes, `${'x'.repeat(490)}sk-co…6789`),
  callsTool(alive('echo_in_tool_call', chatRoutes, '')),
  dead('echo_in_page', allRoutes, 'bad_body', 200, /<html><p>Bearer sk-co…6789<\/p><\/html>$/),
  dead(
    'echo_in_text_500',
    allRoutes,
    'upstream',
    500,
    'HTTP 500: bad header: authorization: Bearer sk-co…6789',
  ),
  dead('echo_in_location', allRoutes, 'upstream', 302, /redirects to \/login\?key=sk-co…6789, not/),
);

/** Every behaviour of the provider and what it must be judged as: the product's proof. */
export const corpusRows: readonly CorpusRow[] = [
  ...answers,
  ...errorsInBody,
  ...statuses,
  ...brokenBodies,
  ...connections,
  ...heldOpen,
  ...encodings,
  ...forms,
  ...redirects,
  ...echoes,
];
