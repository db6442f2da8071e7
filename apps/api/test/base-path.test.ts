import { expect, test } from 'vitest';
import { mountBelow } from '../src/pages/serve-pages.ts';
import { adminPassword, adminToken, openTestApi } from './open-test-api.ts';

const page = `<html lang="en"><link href="/assets/a.css"><a href="/">home</a>
<a :href="'/viewer.html?target_id=' + id">runs</a><a href="//other.example/x">x</a>
<a href="#part">part</a><img src="/favicon.svg"></html>`;

test('everything in a page is below the base path', () => {
  expect(
    mountBelow('/monitor/', page),
  ).toBe(`<html data-base="/monitor/" lang="en"><link href="/monitor/assets/a.css"><a href="/monitor/">home</a>
<a :href="'/monitor/viewer.html?target_id=' + id">runs</a><a href="//other.example/x">x</a>
<a href="#part">part</a><img src="/monitor/favicon.svg"></html>`);
});

test('pages, redirects, cookies, feeds and the document know the base path', async () => {
  const api = await openTestApi({
    basePath: '/monitor/',
    pages: { 'index.html': page, 'admin.html': page },
  });
  const home = await api.asNobody('GET', '/');
  expect(home.text).toContain('data-base="/monitor/"');
  expect(home.headers.get('cache-control')).toBe('no-cache');
  expect(home.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect((await api.asNobody('GET', '/index.html')).text).toContain('data-base="/monitor/"');
  const redirects = ['/admin', '/admin.html?tab=keys'].map(async (path) => {
    return (await api.api.app.request(path)).headers.get('location');
  });
  expect(await Promise.all(redirects)).toEqual([
    '/monitor/admin.html',
    '/monitor/admin/login?next=%2Fmonitor%2Fadmin.html%3Ftab%3Dkeys',
  ]);
  const logins = [
    await api.asNobody('POST', '/api/login', { token: adminToken }),
    await api.asNobody('POST', '/api/admin/login', { password: adminPassword }),
  ];
  for (const { headers } of logins) expect(headers.get('set-cookie')).toContain('Path=/monitor/;');
  const { headers: logout } = await api.asNobody('POST', '/api/logout');
  const paths = logout.getSetCookie().map((one) => /Max-Age=0; Path=(\S+);/.exec(one)?.[1]);
  expect(paths).toEqual(['/monitor/', '/']);
  const { json } = await api.asNobody('GET', '/api/openapi.json');
  expect(json.servers).toEqual([{ url: '/monitor' }]);
  await api.asSession('PATCH', '/api/admin/status-page', { enabled: true });
  const feed = await api.callWith({ host: 'example.com' })('GET', '/status/feed.json');
  expect(feed.json.home_page_url).toBe('http://example.com/monitor/status.html');
  expect(feed.headers.get('vary')).toBe('Host, X-Forwarded-Host, X-Forwarded-Proto');
});
