import { expect, test } from 'vitest';
import { findModel, modelSplices } from './find-model.ts';
import { splicedBody } from './overrides/splices.ts';

const search = (text: string) => findModel(Buffer.from(text));
const modelOf = (text: string) => {
  const result = search(text);
  return result.ok ? result.found.model : result.fault;
};
const big = 'x'.repeat(20_000);

test.each([
  ['{"model":"gpt-4o"}', 'gpt-4o'],
  [' \n{ "messages" : [], "model" : "a/b" , "stream":true}', 'a/b'],
  ['{"messages":[{"model":"inner","content":"\\"model\\":\\"x\\""}],"model":"outer"}', 'outer'],
  ['{"metadata":{"model":"inner"},"model":"outer"}', 'outer'],
  ['{"a":"model","model":"m"}', 'm'],
  ['{"a":["model","b"],"model":"m"}', 'm'],
  ['{"model":"caf\\u00e9 \\"x\\""}', 'café "x"'],
  ['{"model":"日本"}', '日本'],
  ['{"\\u006dodel":"m"}', 'm'],
  ['{"a":"\\\\","model":"m"}', 'm'],
  ['{"a":"\\\\\\"","model":"m"}', 'm'],
])('%s names its model', (text, model) => {
  expect(modelOf(text)).toBe(model);
});

test.each([
  ['{"messages":[]}', 'absent_model'],
  ['{"model":5}', 'no_model'],
  ['{"model":null}', 'no_model'],
  ['{"model":""}', 'no_model'],
  ['{"model":{"model":"x"}}', 'no_model'],
  ['["model","x"]', 'no_model'],
  ['"model"', 'no_model'],
  ['{"model":"a","model":"b"}', 'two_models'],
  ['{"model":"a","\\u006dodel":"b"}', 'two_models'],
  ['{"model":"a","Model":"b"}', 'two_models'],
  ['{"MODEL":"b","model":"a"}', 'two_models'],
  ['{"model":"a","\\u004dodel":"b"}', 'two_models'],
  ['{"Model":"a"}', 'no_model'],
  ['', 'not_json'],
  ['not json', 'not_json'],
  ['{"model":"a"', 'not_json'],
  ['{"model":"a"}}', 'not_json'],
  ['{"model":"a', 'not_json'],
  ['{"model":"a",}', 'not_json'],
])('%s is refused as %s', (text, fault) => {
  expect(modelOf(text)).toBe(fault);
});

test('a large body is scanned, not parsed, and its structure is still checked', () => {
  expect(modelOf(`{"messages":"${big}","model":"m"}`)).toBe('m');
  expect(modelOf(`{"messages":"${big}","model":"m"`)).toBe('not_json');
  expect(modelOf(`{"messages":"${big}","model":"m","model":"n"}`)).toBe('two_models');
  expect(modelOf(`{"messages":["${big}",{"model":"inner"}]}`)).toBe('absent_model');
});

test.each([
  ['{"model":"m","stream":true}', true],
  ['{"stream" :\n true ,"model":"m"}', true],
  ['{"model":"m","stream":false}', false],
  ['{"model":"m","stream":"true"}', false],
  ['{"model":"m","stream_options":{"stream":true}}', false],
  ['{"model":"m","a":"stream","b":true}', false],
  ['{"model":"m"}', false],
])('%s asks for a stream: %s', (text, isStream) => {
  expect(search(text)).toMatchObject({ ok: true, isStream });
});

test('the end of a string is found, whatever is in it and however long it is', () => {
  for (const fill of ['x', '\\"', '\\\\', 'x\\"', '{[', ' ', '\\\\\\"', '日']) {
    for (let times = 0; times < 200; times += 1) {
      const text = `{"a":"${fill.repeat(times)}","model":"m"}`;
      expect(modelOf(text), text).toBe('m');
    }
    expect(modelOf(`{"a":"${fill.repeat(20_000)}","model":"m"}`)).toBe('m');
    expect(modelOf(`{"a":"${fill.repeat(20_000)},\\"model\\":\\"m\\"}`)).toBe('not_json');
  }
});

test('nothing but the model changes: order, white space, numbers and unknown fields stay', () => {
  const text = '{ "n":1.0000000000000000001, "model" : "old", "x":[1e400],"é":"\\u00e9" }';
  const body = Buffer.from(text);
  const result = findModel(body);
  if (!result.ok) throw new Error(result.fault);
  expect(
    Buffer.concat(splicedBody(body, modelSplices(body, result.found, 'new "one"'))).toString(),
  ).toBe(text.replace('"old"', '"new \\"one\\""'));
  expect(body.toString()).toBe(text);
  expect(splicedBody(body, modelSplices(body, result.found, 'old'))).toEqual([body]);
});

test('a model that is far too long is refused without being read', () => {
  const body = (length: number) => Buffer.from(`{"model":"${'x'.repeat(length)}"}`);
  expect(findModel(body(3_072))).toMatchObject({ ok: true });
  for (const length of [3_073, 10_000_000]) {
    expect(findModel(body(length))).toEqual({ ok: false, fault: 'long_model' });
  }
});
