import type { apiDocs as en } from '../en/api-docs.ts';
import type { ZhOf } from '../zh-of.ts';

export const apiDocs: ZhOf<typeof en> = {
  'docs.title': 'API 参考',
  'docs.loading': '正在加载接口描述…',
  'docs.failed': '无法加载接口描述。',
  'docs.raw': 'OpenAPI 文档',
  'docs.search': '搜索接口',
  'docs.auth': '身份验证',
  'docs.auth.body':
    '以 Bearer 方式发送 API 令牌。事件流也接受 ?token=，因为浏览器的 EventSource 不能设置请求头。每个错误都在 “detail” 中有一句说明，被拒绝的字段在 “fields” 中。',
  'docs.parameters': '参数',
  'docs.body': '请求体',
  'docs.answers': '响应',
  'docs.example': '示例',
  'docs.copy': '复制',
  'docs.copied': '已复制',
  'docs.required': '必填',
  'docs.in.path': '路径',
  'docs.in.query': '查询',
  'docs.in.header': '请求头',
  'docs.in.cookie': 'Cookie',
  'docs.none': '没有匹配的接口。',
  'docs.contents': '目录',
  'docs.other': '其他',
  'docs.fields': '字段',
};
