/** Every page of the dashboard. The api serves them by their names, in its `pages/serve-pages.ts`. */
export const pages = [
  'index.html',
  'docs/api.html',
  'docs/proxy.html',
  'status.html',
  'viewer.html',
  'models.html',
  'requests.html',
  'spend.html',
  'incidents.html',
  'analysis.html',
  'admin.html',
  'admin/login.html',
];
