import { expect, test } from 'vitest';
import { sampleChannel } from '../../test/sample-channel.ts';
import { sampleProbe } from '../../test/sample-probe.ts';
import { translatorFor } from '../i18n/translate.ts';
import { probeDetail } from './probe-detail.ts';

test('a probe whose model has no history is labelled without a check, beside a slider that has a range', () => {
  const en = translatorFor('en');
  const detail = probeDetail(sampleProbe(), sampleChannel({ latest_models: [] }), en);
  expect(detail.stripLabel).toBe('History of gpt-4o: 0 of 0 checks passed');
  expect(detail.count).toBe(1);
});
