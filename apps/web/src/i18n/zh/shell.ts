import type { shell as en } from '../en/shell.ts';

export const shell: Record<keyof typeof en, string> = {
  'app.name': 'API Monitor',
  'app.skip': '跳到渠道列表',

  'live.live': '实时',
  'live.reconnecting': '正在重连…',
  'live.offline': '离线',
  'live.hint.live': '变化会立即显示。',
  'live.hint.reconnecting': '实时连接已断开，页面每 20 秒查询一次。',
  'live.hint.offline': '没有网络连接，当前内容可能已过时。',

  'shell.theme': '主题',
  'shell.theme.system': '跟随系统',
  'shell.theme.light': '浅色主题',
  'shell.theme.dark': '深色主题',
  'shell.token': '访问令牌',
  'shell.navigation': '页面',
  'shell.gateway': '网关',
  'shell.docs': 'API',
  'shell.home': '渠道',
  'form.close': '关闭',

  'token.title': '访问令牌',
  'token.intro': '请输入首次启动时显示的令牌，或访客令牌。',
  'token.label': '令牌',
  'token.remember': '在此设备上记住',
  'token.submit': '继续',
  'token.wrong': '令牌无效。',
  'token.blocked': '错误次数过多，请在 {duration}后重试。',
  'token.forget': '忘记令牌',
  'toast.undo': '撤销',
  'toast.dismiss': '关闭',

  'failure.network': '无法连接服务器。',
  'failure.said': '服务器提示：{detail}',
  'failure.unknown': '服务器返回了 {status}。',

  'time.now': '刚刚',
  'time.seconds_ago': '{n} 秒前',
  'time.in_seconds': '{n} 秒后',
  'time.in_minutes': '{n} 分钟后',
  'time.in_hours': '{n} 小时后',
  'time.minutes': '{n} 分钟',
  'time.hours': '{n} 小时',
  'time.days': '{n} 天',
};
