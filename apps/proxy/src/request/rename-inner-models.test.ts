import { expect, test } from 'vitest';
import { splicedBody } from './overrides/splices.ts';
import { innerModelSplices, namesTooManyModels } from './rename-inner-models.ts';

const renamed = (text: string, asked = 'relay/embed', model = 'embed') =>
  Buffer.concat(
    splicedBody(Buffer.from(text), innerModelSplices(Buffer.from(text), asked, model)),
  ).toString();

test('each request of a batch names the model without its channel', () => {
  const batch = (name: string) =>
    `{ "requests" : [{"model":"models/${name}","n":1.0},{"model" : "models/${name}","x":"é"}]}`;
  expect(renamed(batch('relay/embed'))).toBe(batch('embed'));
});

test('other models, other fields and the content of texts stay unchanged', () => {
  for (const text of [
    '{"requests":[{"model":"models/other/embed"}]}',
    '{"title":"models/relay/embed"}',
    String.raw`{"text":"say \"model\": \"models/relay/embed\" to me"}`,
    '{"model":"models/relay/embedding"}',
    '',
  ]) {
    expect(renamed(text)).toBe(text);
  }
});

test('the model’s name goes up with its prefix once', () => {
  const batch = (name: string) => `{"requests":[{"model":"models/${name}"}]}`;
  expect(renamed(batch('relay/embed'), 'relay/embed', 'models/embed')).toBe(batch('embed'));
  expect(renamed(batch('models/embed'), 'models/embed', 'models/embed')).toBe(batch('embed'));
  expect(renamed(batch('embed'), 'embed', 'models/embed')).toBe(batch('embed'));
});

test('if the request already uses the model’s own name, nothing is copied', () => {
  const body = Buffer.from('{"requests":[{"model":"models/embed"}]}');
  expect(splicedBody(body, innerModelSplices(body, 'embed', 'embed'))).toEqual([body]);
});

test('a body has too many names of its model only if it has more than any batch', () => {
  const naming = (times: number) => Buffer.from('"model":"models/relay/m"'.repeat(times));
  expect(
    [0, 1, 10_000, 10_001].map((times) => namesTooManyModels(naming(times), 'relay/m')),
  ).toEqual([false, false, false, true]);
  expect(namesTooManyModels(naming(10_001), 'relay/other')).toBe(false);
});
