import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { modelSplices } from '../find-model.ts';
import { splicedBody } from '../overrides/splices.ts';
import { findFormModel } from './find-form-model.ts';
import { boundaryOf } from './form-parts.ts';

const field = (name: string, value: string | Buffer, more = '') =>
  Buffer.concat([
    Buffer.from(`content-disposition: form-data; name="${name}"${more}\r\n\r\n`),
    Buffer.from(value),
  ]);
const file = (bytes: Buffer) =>
  field('file', bytes, '; filename="a \\"b\\".wav"\r\nContent-Type: audio/wav');

/** A form with boundary `b`. */
const form = (...parts: (string | Buffer)[]) =>
  Buffer.concat([
    ...parts.flatMap((part) => [Buffer.from('--b\r\n'), Buffer.from(part), Buffer.from('\r\n')]),
    Buffer.from('--b--\r\n'),
  ]);

const search = (body: Buffer | string) => findFormModel(Buffer.from(body), 'b');
const resultOf = (body: Buffer | string) => {
  const result = search(body);
  if (result.ok) return result.found.model;
  return result.fault === 'bad_form' ? `bad_form: ${result.why}` : result.fault;
};

const model = field('model', 'whisper-1');
const sound = randomBytes(50_000);

test.each([
  ['behind a file', form(file(sound), model)],
  ['before a file', form(model, file(sound))],
  ['without an end of the last line', form(model).subarray(0, -2)],
  ['behind a preamble', Buffer.concat([Buffer.from('--x\r\nhello\r\n'), form(model)])],
  ['before an epilogue', Buffer.concat([form(model), Buffer.from('bye --b\r\n')])],
  ['with white space behind a boundary', form(model).toString().replace('--b\r\n', '--b \t\r\n')],
  ['unquoted', form('Content-Disposition: form-data; name=model\r\n\r\nwhisper-1')],
  ['in other letter case', form('CONTENT-DISPOSITION: Form-Data; NAME="model"\r\n\r\nwhisper-1')],
  ['on two lines', form('content-disposition: form-data;\r\n name="model"\r\n\r\nwhisper-1')],
  ['behind other headers', form(`x-a: b\r\ncontent-transfer-encoding: 8bit\r\n${model}`)],
  ['beside a file called model', form(model, field('file', sound, '; filename="model"'))],
  ['beside an encoded file name', form(model, field('a', 'x', "; filename*=utf-8''%e2%82%ac"))],
  ['beside text that looks like a field', form(model, field('prompt', `x\n ${model}`))],
  ['beside a boundary within a line', form(model, field('prompt', 'a --b\r\n --b--'))],
])('the model is found %s', (_, body) => {
  expect(resultOf(body)).toBe('whisper-1');
});

test.each([
  ['no model', form(file(sound)), 'no_model'],
  ['an empty model', form(field('model', '')), 'no_model'],
  ['no field', '--b--\r\n', 'no_model'],
  ['a file for a model', form(field('model', 'm', '; filename="m"')), 'no_model'],
  ['a model in other letter case', form(field('Model', 'm')), 'no_model'],
  ['two models', form(model, field('model', 'other')), 'two_models'],
  ['two models, one in other letter case', form(model, field('MODEL', 'other')), 'two_models'],
  ['two models, one with an escape', form(model, field('mod\\el', 'other')), 'two_models'],
  ['two models, one with a space', form(field(' model', 'other'), model), 'two_models'],
  ['two models, one a file', form(model, field('model', 'x', '; filename="x"')), 'two_models'],
  ['a model that is too long', form(field('model', 'x'.repeat(513))), 'long_model'],
])('a form with %s is refused as %s', (_, body, fault) => {
  expect(resultOf(body)).toBe(fault);
});

const disposition = 'bad_form: a field needs one content-disposition with one name';
const head = 'bad_form: the head of a field is broken or too long';
const bare = (text: Buffer) => text.toString().replaceAll('\r\n', '\n');

test.each([
  ['is empty', '', 'bad_form: its boundary is missing'],
  ['is JSON', '{"model":"m"}', 'bad_form: its boundary is missing'],
  ['has another boundary', form(model).toString().replaceAll('--b', '--c'), /boundary is missing/],
  ['has no end', form(model).subarray(0, -5), 'bad_form: it has no end'],
  ['goes on behind its end', Buffer.concat([form(), form(model)]), /behind its end/],
  ['has line feeds alone', bare(form(model)), /boundary is followed|CRLF/],
  ['hides a field behind a line feed', form(model, `${field('a', 'b')}\n--b\r\n${model}`), /CRLF/],
  ['has a longer boundary', form(model, `${field('a', 'b')}\r\n--bb\r\n${model}`), /other text/],
  ['has a field without a head', form(model, '\r\nvalue'), head],
  ['has a field without a blank line', form(model, 'content-type: x'), head],
  ['has a head with a line feed', form(`x: y\n${model}`), head],
  ['has a head with a carriage return', form(`x: y\r${model}`), head],
  ['has a head with a space before the colon', form(`x : y\r\n${model}`), head],
  ['has a head that is too long', form(`x: ${'y'.repeat(9_000)}\r\n${model}`), head],
  ['has a field without a name', form(model, 'content-type: x\r\n\r\ny'), disposition],
  ['has two names', form(field('a', 'b', '; name="model"')), disposition],
  ['has two dispositions', form(`content-disposition: x\r\n${model}`), disposition],
  ['has an encoded name', form(field('a', 'b', "; name*=utf-8''model")), disposition],
  ['has a name in pieces', form(field('a', 'b', '; name*0=mod; name*1=el')), disposition],
  ['has an attachment', form('content-disposition: attachment; name="x"\r\n\r\ny'), disposition],
  ['has an open quote', form('content-disposition: form-data; name="x\r\n\r\ny'), disposition],
  ['has an encoded model', form(`content-transfer-encoding: base64\r\n${model}`), /encoding/],
  ['has very many fields', form(...Array.from({ length: 201 }, () => field('a', 'b'))), /over 200/],
])('a form that %s is refused', (_, body, fault) => {
  expect(resultOf(body)).toMatch(fault);
});

test('only the model changes, and nothing is copied', () => {
  const body = form(file(sound), model, field('language', 'de'));
  const result = search(body);
  if (!result.ok) throw new Error(result.fault);
  const pieces = splicedBody(body, modelSplices(body, result.found, 'große "1"'));
  expect(pieces.map(({ buffer }) => buffer === body.buffer)).toEqual([true, false, true]);
  const expected = form(file(sound), field('model', 'große "1"'), field('language', 'de'));
  expect(Buffer.concat(pieces).equals(expected)).toBe(true);
  expect(splicedBody(body, modelSplices(body, result.found, 'whisper-1'))).toEqual([body]);
});

test.each([
  ['true', true],
  ['True', true],
  ['1', true],
  ['false', false],
  ['', false],
])('a form whose "stream" is %j asks for a stream: %s', (value, isStream) => {
  expect(search(form(model, field('stream', value)))).toMatchObject({ isStream });
  expect(search(form(model))).toMatchObject({ isStream: false });
});

test('a file counts as a fixed number of tokens, other fields by their bytes', () => {
  const prompt = field('prompt', 'x'.repeat(400));
  expect(search(form(model, file(sound), prompt))).toMatchObject({ inputTokens: 3 + 1_500 + 100 });
});

test('a hostile body of several megabytes is refused quickly', () => {
  for (const piece of ['\n--', '\r\n--b\r\n', '--b', '\r\n\r\n', '\n', '\r\n--b-']) {
    const body = Buffer.from(`--b\r\n${piece.repeat(10_000_000 / piece.length)}`);
    const before = process.threadCpuUsage();
    expect(search(body).ok).toBe(false);
    // This thread's own time: other programs on the machine don't count.
    expect(process.threadCpuUsage(before).user / 1_000, piece).toBeLessThan(1_000);
  }
});

test.each([
  ['multipart/form-data; boundary=b', 'b'],
  ['Multipart/Form-Data;BOUNDARY="a b"', 'a b'],
  ['multipart/form-data; charset=utf-8; boundary=----WebKit1A ', '----WebKit1A'],
  ['multipart/form-data; boundary=*****', '*****'],
  ["multipart/form-data; boundary=a'()+_,-./:=?b", "a'()+_,-./:=?b"],
  ['multipart/form-data', null],
  ['multipart/form-data; boundary=', null],
  ['multipart/form-data; boundary=""', null],
  ['multipart/form-data; boundary="a "', null],
  ['multipart/form-data; boundary=a; boundary=b', null],
  ['multipart/form-data; x="; boundary=a"; boundary=b', null],
  ["multipart/form-data; boundary*=utf-8''a", null],
  ['multipart/form-data; boundary="a\\"b"', null],
  ['multipart/form-data, multipart/form-data; boundary=b', null],
  [`multipart/form-data; boundary=${'x'.repeat(71)}`, null],
  ['multipart/mixed; boundary=b', null],
])('%s has the boundary %s', (header, boundary) => {
  expect(boundaryOf(header)).toBe(boundary);
});
