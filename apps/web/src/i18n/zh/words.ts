import type { words as en } from '../en/words.ts';

export const words: Record<keyof typeof en, string> = {
  'status.all': '全部',
  'status.healthy': '健康',
  'status.degraded': '部分异常',
  'status.down': '不可用',
  'status.live_failing': '真实流量失败',
  'status.error': '出错',
  'status.no_models': '无模型',
  'status.running': '检测中',
  'status.disabled': '已暂停',
  'status.unknown': '尚未检测',
  'status.trouble': '异常',

  'protocol.openai': 'OpenAI',
  'protocol.anthropic': 'Anthropic',
  'protocol.gemini': 'Gemini',

  'kind.network': '无法连接',
  'kind.timeout': '超时',
  'kind.tls': 'TLS 失败',
  'kind.auth': '访问被拒绝',
  'kind.quota': '额度不足',
  'kind.rate_limit': '被限流',
  'kind.not_found': '不存在',
  'kind.bad_request': '请求被拒绝',
  'kind.upstream': '服务商出错',
  'kind.bad_body': '回答无法解析',
  'kind.no_text': '空回答',
  'kind.skipped': '非对话模型',
};
