import { describe, expect, test } from 'vitest';
import { answerReading } from '../../../test/sample-answer.ts';
import type { Answer, BodyError, BodyReading } from '../answer.ts';
import type { AnsweredExchange } from '../exchange.ts';
import { type Route, routes } from '../route.ts';
import { type Attempt, correctRequest, isRouteRefused, maxAttempts } from './correct-request.ts';
import { firstFormOf, type RequestForm } from './request-form.ts';

function answered(status: number): AnsweredExchange {
  return { answered: true, status, headers: {}, body: '', cut: null, firstByteS: 0, durationS: 0 };
}

function attempt(
  form: Partial<RequestForm> & { route: Route },
  status: number,
  message: string,
  type: string | null = null,
): Attempt {
  return {
    form: { ...firstFormOf(form.route), ...form },
    exchange: answered(status),
    reading: { kind: 'error', streamed: false, error: { message, type, code: null, param: null } },
  };
}

/** The attempt, with names in the error beside its message. */
function naming(said: Attempt, names: Partial<BodyError>): Attempt {
  if (said.reading.kind !== 'error') return said;
  return { ...said, reading: { ...said.reading, error: { ...said.reading.error, ...names } } };
}

/** An attempt that was answered. */
function answering(form: Partial<RequestForm> & { route: Route }, part: Partial<Answer>): Attempt {
  const reading = answerReading(part);
  return { ...attempt(form, 200, ''), reading };
}

const chat = { route: 'chat' } as const;
const responses = { route: 'responses' } as const;
const embeddings = { route: 'embeddings' } as const;

describe('a request rejected for its form is sent in another', () => {
  test.each<[string, Attempt, Partial<RequestForm>]>([
    [
      'max_tokens',
      attempt(
        chat,
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      ),
      { tokenLimitField: 'max_completion_tokens' },
    ],
    [
      'max_tokens in a 200',
      attempt(chat, 200, 'max_tokens is not supported'),
      { tokenLimitField: 'max_completion_tokens' },
    ],
    [
      'a limit below the thinking budget',
      attempt(
        { route: 'anthropic' },
        400,
        '`max_tokens` must be greater than `thinking.budget_tokens`',
      ),
      { tokenLimit: 4096 },
    ],
    [
      'a limit that left nothing to say',
      attempt(
        chat,
        400,
        'Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.',
      ),
      { tokenLimit: 64 },
    ],
    [
      'a stream for verified organisations alone',
      attempt(
        { route: 'responses' },
        400,
        'Your organization must be verified to stream this model.',
      ),
      { stream: false },
    ],
    [
      'a limit below a least one that it names',
      attempt(chat, 400, 'max_tokens must be at least 100'),
      { tokenLimit: 512 },
    ],
    [
      'both limits',
      attempt(
        { ...chat, tokenLimitField: 'max_completion_tokens' },
        400,
        'x max_completion_tokens is not supported',
      ),
      { tokenLimit: null },
    ],
    [
      'the limit of responses',
      attempt(responses, 400, 'Unsupported parameter: max_output_tokens'),
      { tokenLimit: null },
    ],
    [
      'a limit that is required after all',
      attempt({ ...chat, tokenLimit: null }, 400, 'max_tokens is required'),
      { tokenLimit: 512 },
    ],
    [
      'a parameter, with 500',
      attempt(chat, 500, 'max_tokens is not supported'),
      { tokenLimitField: 'max_completion_tokens' },
    ],
    [
      'stream_options by its location alone',
      naming(attempt(chat, 422, 'Extra inputs are not permitted'), {
        param: 'stream_options.include_usage',
      }),
      { asksStreamUsage: false },
    ],
    [
      'stream_options by its parameter alone, with 500',
      naming(attempt(chat, 500, 'Unknown parameter'), { param: 'stream_options' }),
      { asksStreamUsage: false },
    ],
    [
      'a response that would be stored',
      attempt({ ...responses, demanded: {} }, 400, 'Store must be set to false'),
      { demanded: { store: false } },
    ],
    ['store', attempt(responses, 400, "Unknown parameter: 'store'"), { demanded: {} }],
    [
      'missing instructions',
      attempt(responses, 400, 'Instructions are required'),
      { demanded: { store: false, instructions: 'You are a helpful assistant.' } },
    ],
    [
      'a missing input_type',
      attempt(embeddings, 400, "'input_type' parameter is required for asymmetric models"),
      { demanded: { input_type: 'query' } },
    ],
    [
      'a missing input_type of Cohere',
      attempt(embeddings, 400, 'input_type must be one of search_document, search_query'),
      { demanded: { input_type: 'search_query' } },
    ],
    [
      'missing dimensions',
      attempt(embeddings, 422, 'dimensions must be one of [256, 512, 1024]'),
      { demanded: { dimensions: 256 } },
    ],
    [
      'a model that speaks',
      attempt(
        chat,
        400,
        'This model requires that either input content or output modality contain audio.',
      ),
      { demanded: { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'pcm16' } } },
    ],
    [
      'a temperature that is demanded',
      attempt(chat, 400, 'temperature must be 1'),
      { demanded: { temperature: 1 } },
    ],
    [
      'a temperature that is refused again',
      attempt({ ...chat, demanded: { temperature: 1 } }, 400, "Unsupported value: 'temperature'"),
      { demanded: {} },
    ],
    [
      'a switch that must be off',
      attempt(
        { ...chat, stream: false },
        400,
        'parameter.enable_thinking must be set to false for non-streaming calls',
      ),
      { demanded: { enable_thinking: false } },
    ],
    [
      'an effort, by those that are supported',
      attempt(
        { ...chat, effort: 'none' },
        400,
        "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'low', 'medium', and 'high'.",
      ),
      { effort: 'low' },
    ],
    [
      'every effort',
      attempt(
        { ...responses, effort: 'none' },
        400,
        "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
      ),
      { effort: null },
    ],
    [
      'a required stream of Codex',
      attempt({ ...responses, stream: false }, 400, 'Stream must be set to true'),
      { stream: true },
    ],
    [
      'stream_options',
      attempt(chat, 400, 'Unknown parameter: stream_options'),
      { asksStreamUsage: false },
    ],
    [
      'stream_options of FastAPI',
      attempt(chat, 422, 'body.stream_options: Extra inputs are not permitted'),
      { asksStreamUsage: false },
    ],
    [
      'a refused stream',
      attempt(chat, 400, 'streaming is not supported for this model'),
      { stream: false },
    ],
    [
      'a required stream',
      attempt({ ...chat, stream: false }, 400, 'stream must be set to true'),
      { stream: true },
    ],
    [
      'a required stream of responses',
      attempt({ route: 'responses', stream: false }, 400, 'Stream is required'),
      { stream: true },
    ],
    [
      "Gemini's streaming address",
      attempt({ route: 'gemini' }, 404, '404 page not found'),
      { stream: false },
    ],
  ])('%s', (_, said, change) => {
    expect(correctRequest([said])).toEqual({ ...said.form, ...change });
  });

  test('after a stream that broke off, a whole answer is asked for', () => {
    const reading: BodyReading = { kind: 'unreadable', fault: 'broken_stream', body: '' };
    const broken = { ...attempt(chat, 200, ''), reading };
    expect(correctRequest([broken])).toMatchObject({ route: 'chat', stream: false });
    const again = { ...broken, form: { ...broken.form, stream: false } };
    expect(correctRequest([broken, again])).toBeNull();
  });
});

describe('a conclusive answer isn’t asked about again', () => {
  test.each([
    attempt(chat, 401, 'streaming is not supported'),
    attempt(chat, 429, 'streaming is not supported'),
    attempt(chat, 500, 'upstream must be restarted'),
    attempt(chat, 503, 'Service unavailable'),
    attempt(chat, 403, 'only for Claude Code'),
    attempt(responses, 400, 'Store must be set to false'),
    attempt(chat, 402, 'unknown endpoint'),
    attempt(chat, 404, 'The model `x` does not exist'),
    attempt({ route: 'gemini' }, 404, 'models/x is not found for API version v1beta'),
    attempt({ route: 'anthropic' }, 404, 'model: claude-9', 'not_found_error'),
    attempt(chat, 400, 'messages: at least one message is required'),
    attempt({ route: 'embeddings' }, 404, 'not found'),
  ])('$exchange.status $reading.error.message', (said) => {
    expect(correctRequest([said])).toBeNull();
  });

  test('neither a missing answer nor a body that was cut', () => {
    const none = { answered: false, kind: 'network', message: 'reset', durationS: 0 } as const;
    const refused = attempt(chat, 404, '');
    expect(correctRequest([{ ...refused, exchange: none }])).toBeNull();
    expect(
      correctRequest([{ ...refused, exchange: { ...answered(404), cut: 'too_long' } }]),
    ).toBeNull();
  });
});

describe('a route that the channel refuses', () => {
  test.each([
    attempt({ route: 'anthropic' }, 404, ''),
    attempt({ route: 'anthropic' }, 405, 'Method Not Allowed'),
    attempt({ route: 'anthropic' }, 404, 'Not Found', 'not_found_error'),
    attempt({ route: 'anthropic' }, 400, 'unknown endpoint'),
    attempt({ route: 'anthropic' }, 200, 'Unknown endpoint /v1/messages'),
    attempt({ route: 'anthropic' }, 400, 'model x does not support endpoint /v1/messages'),
    attempt({ route: 'anthropic' }, 404, 'Invalid URL (POST /v1/messages)'),
    attempt({ route: 'anthropic' }, 503, 'unknown endpoint'),
    attempt({ route: 'anthropic' }, 500, 'messages is not supported by this channel'),
    naming(attempt({ route: 'anthropic' }, 500, 'not implemented'), {
      code: 'convert_request_failed',
    }),
    naming(attempt({ route: 'anthropic' }, 400, 'no'), { code: 'unsupported_api_for_model' }),
  ])('gives way to chat: $exchange.status $reading.error.message', (said) => {
    expect(isRouteRefused(said)).toBe(true);
    expect(correctRequest([said])).toEqual(firstFormOf('chat'));
  });

  test.each<[Route, string, Route]>([
    [
      'chat',
      'This model is only supported in v1/responses and not in v1/chat/completions.',
      'responses',
    ],
    ['chat', 'Please use the /v1/messages endpoint', 'anthropic'],
    ['chat', 'This is an embedding model, use the /v1/embeddings endpoint', 'embeddings'],
    ['responses', 'Invalid URL (POST /v1/responses)', 'chat'],
  ])('%s: %s leads to %s', (route, message, next) => {
    const said = attempt({ route }, 404, message);
    expect(correctRequest([said])).toEqual(firstFormOf(next));
  });

  test('each other chat route is asked once, within the limit', () => {
    const attempts: Attempt[] = [attempt({ route: 'gemini' }, 404, '')];
    for (let form = correctRequest(attempts); form; form = correctRequest(attempts)) {
      attempts.push(attempt(form, 404, ''));
    }
    expect(attempts.map(({ form }) => `${form.route} ${form.stream}`)).toEqual([
      'gemini true',
      'gemini false',
      'chat true',
      'responses true',
      'anthropic true',
    ]);
    expect(attempts.length).toBeLessThanOrEqual(maxAttempts);
  });
});

describe('an answer that was cut at the token limit', () => {
  const limitsOf = (part: Partial<Answer>, isWrong = false) => {
    const attempts: Attempt[] = [];
    for (
      let form: RequestForm | null = firstFormOf('chat');
      form;
      form = correctRequest(attempts)
    ) {
      attempts.push({ ...answering(form, part), isWrong });
    }
    return attempts.map(({ form }) => `${form.tokenLimit} ${form.effort}`);
  };
  const whole = ['16 null', '64 none', '512 none', '4096 none', 'null none'];

  test('before it began is asked for again with more tokens and the lowest effort', () => {
    expect(limitsOf({ stoppedAtLimit: true })).toEqual(whole);
    expect(limitsOf({ stoppedAtLimit: true, outputTokens: 16, hasThought: true })).toEqual(whole);
    const thought = { text: 'hm', isThoughtOnly: true, hasThought: true, stoppedAtLimit: true };
    expect(limitsOf(thought)).toEqual(whole);
  });

  test('is noticed by its tokens if nothing else says so', () => {
    expect(limitsOf({ outputTokens: 64 })).toEqual(whole.slice(0, 3));
  });

  test('before it was right is asked for again', () => {
    expect(limitsOf({ stoppedAtLimit: true, text: 'It is' }, true)).toEqual(whole);
    expect(limitsOf({ text: 'It is 4' }, true)).toEqual(['16 null']);
    expect(limitsOf({ stoppedAtLimit: true, text: 'It is 5' })).toEqual(['16 null']);
  });

  test('is asked for without an effort after that was refused', () => {
    const eaten = answering({ route: 'chat' }, { stoppedAtLimit: true });
    const refused = attempt(
      { route: 'chat', tokenLimit: 64, effort: 'none' },
      400,
      "Unknown parameter: 'reasoning_effort'",
    );
    const again = answering({ route: 'chat', tokenLimit: 64 }, { stoppedAtLimit: true });
    expect(correctRequest([eaten, refused])).toMatchObject({ tokenLimit: 64, effort: null });
    expect(correctRequest([eaten, refused, again])).toMatchObject({
      tokenLimit: 512,
      effort: null,
    });
  });
});

test('a probe never sends more requests than the limit, and never the same form twice', () => {
  const messages = [
    'max_tokens is not supported',
    'stream must be true',
    'stream is not supported',
    'stream_options is unknown',
    'unknown endpoint',
    'max_tokens must be at least 100',
    'store is required, instructions are required',
    "Unknown parameter: 'store'",
  ];
  for (const route of routes) {
    for (let seed = 0; seed < 4096; seed += 1) {
      const attempts: Attempt[] = [];
      let form: RequestForm | null = firstFormOf(route);
      for (let round = seed; form; round = Math.floor(round / messages.length)) {
        attempts.push(attempt(form, 400, messages[round % messages.length] ?? ''));
        form = correctRequest(attempts);
      }
      const forms = attempts.map((sent) => JSON.stringify(sent.form));
      expect(attempts.length).toBeLessThanOrEqual(maxAttempts);
      expect(new Set(forms).size).toBe(forms.length);
    }
  }
});
