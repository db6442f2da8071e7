import type { spend as en } from '../en/spend.ts';
import type { ZhOf } from '../zh-of.ts';

export const spend: ZhOf<typeof en> = {
  'spend.intro': '网关请求的费用，按当时的价格计算。日期按 {zone} 时区划分。',
  'spend.intro.checks': '较早的检测费用按 UTC 日期累计。',
  'spend.range.today': '今天',
  'spend.range.7d': '7 天',
  'spend.range.30d': '30 天',
  'spend.range.month': '本月',
  'spend.range.custom': '自定义',
  'spend.from': '开始日期',
  'spend.to': '结束日期',
  'spend.total': '请求费用',
  'spend.cost': '费用',
  'spend.mean': '平均每个请求',
  'spend.probes': '检测',
  'spend.probe_requests.other': '{number} 个请求',
  'spend.chart': '按日',
  'spend.others': '其他',
  'spend.by.model': '按模型',
  'spend.by.channel': '按渠道',
  'spend.by.key': '按密钥',
  'spend.by.tag': '按标签',
  'spend.overlap': '有多个标签的渠道在每个标签下都会计入，因此各标签之和大于总额。',
  'spend.unpriced.other': '有 {count} 个模型的部分请求费用未知，未计入总额：',
  'spend.unpriced.link': '价格',
  'spend.empty.title': '这些日子没有费用',
  'spend.empty.body':
    '客户端使用网关或渠道被检测后，这里会显示费用。请为客户端创建密钥，并把它指向 /v1。',
  'spend.empty.guide': '如何使用网关',
  'spend.empty.keys': '密钥',
};
