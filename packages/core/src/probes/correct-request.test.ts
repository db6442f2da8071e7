import { describe, expect, test } from 'vitest';
import type { BodyReading } from './answer.ts';
import { type Attempt, correctRequest, isRouteRefused, maxAttempts } from './correct-request.ts';
import type { AnsweredExchange } from './exchange.ts';
import { firstFormOf, type RequestForm } from './request-form.ts';
import { type Route, routes } from './route.ts';

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
    reading: { kind: 'error', streamed: false, error: { message, type, code: null } },
  };
}

const chat = { route: 'chat' } as const;

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
      { tokenLimit: 'ample' },
    ],
    [
      'a limit that left nothing to say',
      attempt(
        chat,
        400,
        'Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.',
      ),
      { tokenLimit: 'ample' },
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
    attempt(chat, 403, 'unknown endpoint'),
    attempt(chat, 429, 'streaming is not supported'),
    attempt(chat, 500, 'max_tokens is not supported'),
    attempt(chat, 503, 'unknown endpoint'),
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
  ])('gives way to chat: $exchange.status $reading.error.message', (said) => {
    expect(isRouteRefused(said)).toBe(true);
    expect(correctRequest([said])).toEqual(firstFormOf('chat'));
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

test('a probe never sends more requests than the limit, and never the same form twice', () => {
  const messages = [
    'max_tokens is not supported',
    'stream must be true',
    'stream is not supported',
    'stream_options is unknown',
    'unknown endpoint',
  ];
  for (const route of routes) {
    for (let seed = 0; seed < 625; seed += 1) {
      const attempts: Attempt[] = [];
      let form: RequestForm | null = firstFormOf(route);
      for (let round = seed; form; round = Math.floor(round / 5)) {
        attempts.push(attempt(form, 400, messages[round % 5] ?? ''));
        form = correctRequest(attempts);
      }
      const forms = attempts.map((sent) => JSON.stringify(sent.form));
      expect(attempts.length).toBeLessThanOrEqual(maxAttempts);
      expect(new Set(forms).size).toBe(forms.length);
    }
  }
});
