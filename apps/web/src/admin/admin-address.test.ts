import { expect, it } from 'vitest';
import { adminAddress, readAdminAddress } from './admin-address.ts';

it.each([
  '/admin.html',
  '/admin.html?tab=audit&action=target.created',
  '/admin.html?tab=channels&q=two+words',
  '/admin.html?tab=keys&revoked=1',
])('%s is read and written back unchanged', (address) => {
  expect(adminAddress(readAdminAddress(address.slice('/admin.html'.length)))).toBe(address);
});

it('leaves out the filters of other tabs, and treats invalid values as absent', () => {
  const view = readAdminAddress('?tab=odd&revoked=2&action=target.created&q=x');
  expect(adminAddress(view)).toBe('/admin.html');
  expect(adminAddress({ ...view, tab: 'status' })).toBe('/admin.html?tab=status');
});
