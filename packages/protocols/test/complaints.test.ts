import { type FindingScope, judgeAnswer } from '@api-monitor/core';
import { type Complaint, complaints } from '@api-monitor/fake-provider';
import { describe, expect, test } from 'vitest';
import { createAnswerReader, protocolFor, readBody } from '../src/index.ts';

const textOf = ({ body }: Complaint) => (typeof body === 'string' ? body : JSON.stringify(body));
const rows = complaints.map((row) => ({ ...row, text: textOf(row) }));

/** To a probe, whose request is ours, a complaint about the request is a failure. */
function probesView({ outcome, kind, scope }: Complaint) {
  const failed = { outcome: 'failure', kind: 'bad_request', scope: 'model' satisfies FindingScope };
  return outcome === 'none' ? failed : { outcome, kind, scope };
}

describe.each(rows)('$route $status $text', (row) => {
  const { route, status, text, outcome, kind, scope, mayAnotherServe } = row;

  test('to a probe', () => {
    const reading = readBody(protocolFor(route), status, text);
    expect(judgeAnswer({ status, reading, by: 'probe' })).toMatchObject(probesView(row));
  });

  test('to a client', () => {
    const reader = createAnswerReader({ route, status });
    reader.take(Buffer.from(text));
    const judgement = judgeAnswer({ status, reading: reader.end(), by: 'traffic' });
    const expected = { outcome, kind, scope, may_another_serve: mayAnotherServe };
    expect(judgement).toMatchObject(expected);
  });
});
