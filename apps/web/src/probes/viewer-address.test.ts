import { expect, it } from 'vitest';
import { readViewerAddress, writeViewerAddress } from './viewer-address.ts';

it('an address keeps the view', () => {
  const search =
    '?target_id=3&run_id=12&q=two+words&status=failed&kind=timeout&protocol=gemini&model=a%2Fb&probe=9';
  expect(writeViewerAddress(readViewerAddress(search))).toBe(search);
  expect(writeViewerAddress(readViewerAddress('?target_id=3&run_id=all'))).toBe(
    '?target_id=3&run_id=all',
  );
});

it('invalid values count as absent', () => {
  expect(readViewerAddress('?target_id=-1&run_id=x&status=odd&kind=&probe=1.5')).toMatchObject({
    targetId: null,
    run: 'latest',
    filter: { status: 'all', kind: '' },
    probeId: null,
  });
});
