import type { page as en } from '../en/page.ts';

export const page: Record<keyof typeof en, string> = {
  'page.skip': '跳到主要内容',
  'page.loading': '正在加载',
  'page.failed.title': '无法加载',
  'page.missing.title': '这里没有内容',
  'page.missing.home': '全部渠道',
  'page.forbidden.title': '访客无法查看',
  'page.forbidden.body': '网关流量只对持有 API 令牌的人显示，访客令牌无权查看。',
};
