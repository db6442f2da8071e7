/** What pages with charts share. */
export const charts = {
  'charts.range': 'Range',
  'charts.range.24h': '24 hours',
  'charts.range.7d': '7 days',
  'charts.range.30d': '30 days',
  'charts.range.90d': '90 days',
  'charts.table': 'Show as a table',
} as const satisfies Record<string, string>;
