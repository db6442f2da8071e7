import { expect, test } from 'vitest';
import { faultOfDatabaseUrl } from './database-url.ts';

test.each([
  'postgres://user:password@host:5432/database',
  'postgresql://host/database',
  'postgres://user:p%40ss%2Fword@host/database?sslmode=verify-full',
  'postgres:///database?host=/var/run/postgresql&user=me',
])('%s is an address', (url) => {
  expect(faultOfDatabaseUrl(url)).toBeNull();
});

test.each([
  ['mysql://user:secret@host/database', /^must begin with postgres:\/\/$/],
  ['registry.db', /^must begin with/],
  ['postgres://user:secret@h/d?sslrootcert=/secret.pem', /^names a certificate/],
  ['postgres://user:secret@host:port/database', /^must be an address such as/],
])('%s is not an address, and the fault holds no part of it', (url, message) => {
  const fault = faultOfDatabaseUrl(url);
  expect(fault).toMatch(message);
  expect(fault).not.toContain('secret');
});
