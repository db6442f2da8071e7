import type { Phrases, SubjectWords } from './phrases.ts';

const units = { d: '天', h: '小时', min: '分钟', s: '秒' } as const;

const measures: Readonly<Record<string, string>> = { requests: '次请求', tokens: '个 token' };

/** An amount with its unit, if that is known. */
const amount = ({ figure, has }: SubjectWords, name: string) =>
  has('unit') ? `${figure(name)} ${measures[figure('unit')] ?? figure('unit')}` : figure(name);

const periods: Readonly<Record<string, string>> = { day: '今日', month: '本月' };

export const zh: Phrases = {
  locale: 'zh-CN',
  colon: '：',
  severities: { critical: '严重', warning: '警告', info: '提示' },
  labels: {
    what: '内容',
    since: '开始于',
    why: '原因',
    serving: '仍可用',
    lasted: '持续',
    acknowledged: '已确认',
  },
  duration: (parts) => parts.map(([number, unit]) => `${number} ${units[unit]}`).join(' '),
  list: (names, more) => `${names.join('、')}${more > 0 ? ` 等另外 ${more} 项` : ''}`,
  channelIsDown: (channel) => `${channel} 不可用`,
  modelIsDown: (model, channel) => `${channel} 的 ${model} 不可用`,
  modelsAreDown: (models, channel) => `${channel} 有 ${models} 个模型不可用`,
  vendorIsDown: (model, channels) => `${model} 在 ${channels} 个渠道上不可用`,
  manyAreDown: (channels) => `${channels} 个渠道同时不可用`,
  networkIsDown: '监控自身的网络中断，无法访问任何渠道',
  keyIsDown: (name, channel) => `${channel} 的密钥 ${name} 失效`,
  keysAreDown: (keys, channel) => `${channel} 有 ${keys} 个密钥失效`,
  flaps: (what) => `${what} 时好时坏`,
  stopsFlapping: (down) => `${down}，且不再恢复`,
  works: (what, lasted) => `${what} 已恢复，中断 ${lasted}`,
  networkWorks: (lasted) => `监控自身的网络已恢复，中断 ${lasted}`,
  isOver: (title, lasted) => `已结束，持续 ${lasted}：${title}`,
  on: (model, channel) => `${channel} 的 ${model}`,
  models: (models, channel) => `${channel} 的 ${models} 个模型`,
  vendor: (model, channels) => `${channels} 个渠道上的 ${model}`,
  many: (channels) => `${channels} 个渠道`,
  keys: (keys, channel) => `${channel} 的 ${keys} 个密钥`,
  key: (name, channel) => `${channel} 的密钥 ${name}`,
  noChannelLeft: (models) => `${models} 已无可用渠道`,
  nothingServes: '已无可用渠道',
  servedBy: (channels) => `另有 ${channels} 个渠道可用`,
  still: (title, lasted) => `已持续 ${lasted}：${title}`,
  eased: (title) => `不再严重：${title}`,
  unacknowledged: (title, lasted) => `${lasted} 无人确认：${title}`,
  merged: (into) => `已并入事件 ${into}`,
  digest: (open, over) => `${open} 个事件未恢复，${over} 个已结束`,
  heldBack: '网络恢复前，渠道告警暂不发送。',
  back: '正在重新检查所有渠道。',
  notWatched: (what) => `${what} 已不再监控`,
  other: {
    latency: ({ model, channel, seconds }) =>
      `${channel} 的 ${model} 变慢：首个 token 需 ${seconds('p95_s')}，平时 ${seconds('baseline_s')}`,
    error_rate: ({ name, channel, share, figure }) =>
      `${name} 发往 ${channel} 的 ${figure('requests')} 个请求中有 ${share('share')} 失败`,
    wrong_answers: ({ model, channel, share }) =>
      `${channel} 的 ${model} 错误答案增多：${share('share')}`,
    balance: (words) => {
      const { channel, name, has, figure } = words;
      const whose = name ? `${channel} 的密钥 ${name}` : channel;
      const lasts = has('days_left') ? `，约可用 ${figure('days_left')} 天` : '';
      return `${whose} 余额不足：${amount(words, 'balance')}${lasts}`;
    },
    balance_fall: (words) => {
      const { channel, name } = words;
      const whose = name ? `${channel} 的密钥 ${name}` : channel;
      return `${whose} 余额消耗过快：一天 ${amount(words, 'fell')}，平时 ${amount(words, 'usual')}`;
    },
    expiry: ({ name, channel, date }) => {
      const what = name && channel ? `${channel} 的密钥 ${name}` : name || channel;
      return `${what} 将于 ${date('expires_at')} 到期`;
    },
    certificate: ({ channel, date }) => `${channel} 的证书将于 ${date('expires_at')} 到期`,
    budget: (words) => {
      const { channel, name, figure } = words;
      if (name) {
        const limit = `${periods[figure('period')] ?? ''}限额 ${amount(words, 'limit')}`;
        return `${name} 已用完${limit}，请求将被拒绝`;
      }
      return channel ? `${channel} 的检测预算已用完` : '今日检测预算已用完';
    },
    spending: (words) => {
      const { name, figure } = words;
      const when = periods[figure('period')] ?? '';
      return `${name} ${when}已用 ${figure('spent')}，限额 ${amount(words, 'limit')}`;
    },
    disk: ({ share }) => `磁盘将满：剩余 ${share('free_share')}`,
    service: ({ name }) => (name === 'database' ? '数据库无法写入' : `${name} 无响应`),
    model_new: ({ model, channel }) => `${channel} 新增模型：${model}`,
    model_gone: ({ model, channel }) => `${channel} 不再提供 ${model}`,
  },
  several: {
    model_new: (models, channel) => `${channel} 新增 ${models} 个模型`,
    model_gone: (models, channel) => `${channel} 不再提供 ${models} 个模型`,
  },
};
