import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { type ListedRequest, requestLine } from './request-line.ts';
import { filterQueryOf, readRequestsAddress, writeRequestsAddress } from './requests-address.ts';

const attempt = {
  target_id: 1,
  target_name: 'Aurora',
  model: 'gpt-4o',
  status: 500,
  error: 'HTTP 500',
  error_kind: 'upstream',
  duration_s: 0.2,
  is_live_failure: true,
} as const;

const request: ListedRequest = {
  id: 5,
  request_id: 'req-5',
  timestamp: 1000,
  key_id: null,
  key_name: 'master',
  target_id: 2,
  target_name: 'Tokyo',
  requested_model: 'gpt-4o',
  model: 'gpt-4o',
  route: 'chat',
  stream: true,
  status: 200,
  attempts: [
    attempt,
    { ...attempt, target_name: 'Tokyo', status: 200, error: null, error_kind: null },
  ],
  first_byte_s: 0.4,
  duration_s: 1.2,
  input_tokens: 1200,
  output_tokens: null,
  ...{ cached_input_tokens: null, cache_write_tokens: null, reasoning_tokens: null },
  ...{ cache_write_1h_tokens: null, audio_input_tokens: null, audio_output_tokens: null },
  ...{ image_input_tokens: null, image_output_tokens: null, tokens_estimated: false },
  ...{ cost: 0.0042, reported_cost: null },
  price: { source: 'channel', multiplier: 0.35, input: 0.875, output: 3.5 },
  ...{ counted_tokens: null, refused_for: null, client_address: null },
  request_bytes: 100,
  response_bytes: 2000,
  error_kind: null,
  error: null,
  outcome: 'ok',
};

it('a request that succeeded on a second channel shows both attempts', () => {
  const line = requestLine(request, 'USD', translatorFor('en'));
  expect(line).toMatchObject({
    tone: 'ok',
    key: 'Master token',
    attemptsText: '2 attempts',
    tokens: '1,200 → —',
  });
  expect(line.attempts).toMatchObject([
    { place: 'Aurora/gpt-4o', tone: 'bad', kindText: 'Provider error' },
    { place: 'Tokyo/gpt-4o', tone: 'ok', note: 'Answered' },
  ]);
});

it('if the client left, the line says so and nobody is at fault', () => {
  const [, answered] = request.attempts;
  const left = {
    ...request,
    status: 499,
    outcome: 'client_error',
    attempts: answered ? [{ ...answered, status: null }] : [],
  } as const;
  const line = requestLine(left, 'USD', translatorFor('en'));
  expect(line).toMatchObject({ tone: 'idle', kindText: 'The client disconnected' });
  expect(line.attempts).toMatchObject([{ tone: 'idle', note: 'The client disconnected' }]);
});

it('the detail has each class of tokens that was reported', () => {
  const usage = { cached_input_tokens: 800, cache_write_tokens: null, reasoning_tokens: 0 };
  const { facts } = requestLine({ ...request, ...usage }, 'USD', translatorFor('en'));
  expect(facts.slice(-6, -3)).toEqual([
    { label: 'Input tokens', value: '1,200' },
    { label: 'Read from a cache', value: '800' },
    { label: 'Reasoning tokens', value: '0' },
  ]);
});

it('says what it cost, and by which price', () => {
  const line = requestLine(request, 'CNY', translatorFor('en'));
  expect(line.cost).toBe('¥0.0042');
  expect(line.facts.slice(-3)).toEqual([
    { label: 'Cost', value: '¥0.0042' },
    { label: 'Price', value: 'input ¥0.875, output ¥3.50 per million tokens' },
    { label: 'Price from', value: 'the channel’s prices × 0.35' },
  ]);
});

it('an estimated cost, an unknown one and none are told apart', () => {
  const costOf = (given: Partial<ListedRequest>) =>
    requestLine({ ...request, ...given }, 'USD', translatorFor('en')).cost;
  expect(costOf({ tokens_estimated: true })).toBe('≈ $0.0042');
  expect(costOf({ cost: null, price: null })).toBe('unknown');
  expect(costOf({ cost: 0, price: null })).toBe('$0.00');
  expect(costOf({ cost: 0, price: null, attempts: [] })).toBe('—');
});

it('a request for an object says what it was and what was done', () => {
  const upload: ListedRequest = {
    ...request,
    ...{ requested_model: '', model: null, route: 'files' },
    attempts: [{ ...attempt, model: '', object_action: 'upload' }],
  };
  const line = requestLine(upload, 'USD', translatorFor('en'));
  expect(line.model).toBe('Files: upload');
  expect(line.attempts).toMatchObject([{ place: 'Aurora' }]);
  expect(requestLine(upload, 'USD', translatorFor('zh')).model).toBe('文件：上传');
  const empty: ListedRequest = { ...upload, route: 'batches', attempts: [] };
  expect(requestLine(empty, 'USD', translatorFor('en')).model).toBe('Batches');
  expect(requestLine({ ...upload, route: 'chat' }, 'USD', translatorFor('en')).model).toBe(
    'No model named',
  );
});

it('a request that was refused says for what, and has no key and no model', () => {
  const refused: ListedRequest = {
    ...request,
    ...{ key_name: '', target_name: null, requested_model: '', model: null, attempts: [] },
    ...{ status: 401, route: 'models', outcome: 'refused', refused_for: 'unknown_key' },
    error: 'GET /v1/models: the key is unknown or was revoked',
    client_address: '203.0.113.7',
  };
  expect(requestLine(refused, 'USD', translatorFor('en'))).toMatchObject({
    ...{ tone: 'warn', model: 'Unknown key', key: '203.0.113.7', channel: '—', route: 'models' },
    error: 'GET /v1/models: the key is unknown or was revoked',
  });
});

it('the address keeps the filters, without invalid values', () => {
  const search =
    '?range=7d&by=key&key=master&channel=3&model=a%2Fb&route=chat&outcome=upstream_error';
  const address = readRequestsAddress(search);
  expect(writeRequestsAddress(address)).toBe(search);
  expect(filterQueryOf(address.filter)).toEqual({
    key_id: 'master',
    target_id: '3',
    model: 'a/b',
    route: 'chat',
    outcome: 'upstream_error',
  });
  expect(
    writeRequestsAddress(readRequestsAddress('?key=me&channel=x&range=9y&by=odd&route=fax')),
  ).toBe('');
});
