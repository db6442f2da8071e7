import type { charts as en } from '../en/charts.ts';

export const charts: Record<keyof typeof en, string> = {
  'charts.range': '时间范围',
  'charts.range.24h': '24 小时',
  'charts.range.7d': '7 天',
  'charts.range.30d': '30 天',
  'charts.range.90d': '90 天',
  'charts.table': '以表格显示',
};
