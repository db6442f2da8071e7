import type { Phrases, SubjectWords } from './phrases.ts';

const count = (number: number, one: string, many = `${one}s`) =>
  number === 1 ? `1 ${one}` : `${number} ${many}`;

/** An amount with its unit, if that is known. */
const amount = ({ figure, has }: SubjectWords, name: string) =>
  has('unit') ? `${figure(name)} ${figure('unit')}` : figure(name);

const periods: Readonly<Record<string, string>> = { day: ' today', month: ' this month' };

export const en: Phrases = {
  locale: 'en-GB',
  colon: ': ',
  severities: { critical: 'critical', warning: 'warning', info: 'info' },
  labels: {
    what: 'What',
    since: 'Since',
    why: 'Why',
    serving: 'Still served',
    lasted: 'Lasted',
    acknowledged: 'Acknowledged by',
  },
  duration: (parts) => parts.map(([number, unit]) => `${number} ${unit}`).join(' '),
  list: (names, more) => [...names, ...(more > 0 ? [`${more} more`] : [])].join(', '),
  channelIsDown: (channel) => `${channel} is down`,
  modelIsDown: (model, channel) => `${model} is down on ${channel}`,
  modelsAreDown: (models, channel) => `${count(models, 'model')} are down on ${channel}`,
  vendorIsDown: (model, channels) => `${model} is down on ${count(channels, 'channel')}`,
  manyAreDown: (channels) => `${count(channels, 'channel')} went down together`,
  networkIsDown: 'This monitor reaches nobody: its own network is down',
  keyIsDown: (name, channel) => `Key ${name} of ${channel} doesn’t work`,
  keysAreDown: (keys, channel) => `${count(keys, 'key')} of ${channel} don’t work`,
  flaps: (what, things) => `${what} ${things === 1 ? 'keeps' : 'keep'} failing and recovering`,
  stopsFlapping: (down) => `${down}, and no longer recovers`,
  works: (what, lasted, things) =>
    `${what} ${things === 1 ? 'works' : 'work'} again after ${lasted}`,
  networkWorks: (lasted) => `This monitor’s network is back after ${lasted}`,
  isOver: (title, lasted) => `Over after ${lasted}: ${title}`,
  on: (model, channel) => `${model} on ${channel}`,
  models: (models, channel) => `${count(models, 'model')} on ${channel}`,
  vendor: (model, channels) => `${model} on ${count(channels, 'channel')}`,
  many: (channels) => count(channels, 'channel'),
  keys: (keys, channel) => `${count(keys, 'key')} of ${channel}`,
  key: (name, channel) => `Key ${name} of ${channel}`,
  noChannelLeft: (models) => `no channel left for ${models}`,
  nothingServes: 'no channel left',
  servedBy: (channels) => `served by ${count(channels, 'other channel')}`,
  still: (title, lasted) => `After ${lasted}, still: ${title}`,
  eased: (title) => `No longer critical: ${title}`,
  unacknowledged: (title, lasted) => `Not acknowledged for ${lasted}: ${title}`,
  merged: (into) => `Now part of incident ${into}`,
  digest: (open, over) => `${count(open, 'incident')} open, ${over} over`,
  heldBack: 'Alerts about channels are held back until it is back.',
  back: 'Every channel is being checked again.',
  notWatched: (what) => `${what} isn’t watched any more`,
  other: {
    latency: ({ model, channel, seconds }) =>
      `${model} on ${channel} is slow: first token after ${seconds('p95_s')}, usually ${seconds('baseline_s')}`,
    error_rate: ({ name, channel, share, figure }) =>
      `${share('share')} of ${figure('requests')} requests by ${name} to ${channel} failed`,
    wrong_answers: ({ model, channel, share }) =>
      `${model} on ${channel} gives more wrong answers: ${share('share')}`,
    balance: (words) => {
      const { channel, name, has, figure } = words;
      const whose = name ? `key ${name} of ${channel}` : channel;
      const days = figure('days_left');
      const lasts = has('days_left') ? `, enough for ${days} ${days === '1' ? 'day' : 'days'}` : '';
      return `The balance of ${whose} is low: ${amount(words, 'balance')}${lasts}`;
    },
    balance_fall: (words) => {
      const { channel, name } = words;
      const whose = name ? `key ${name} of ${channel}` : channel;
      return `The balance of ${whose} falls fast: by ${amount(words, 'fell')} in a day, usually ${amount(words, 'usual')}`;
    },
    expiry: ({ name, channel, date }) => {
      const what = name && channel ? `Key ${name} of ${channel}` : name || channel;
      return `${what} expires on ${date('expires_at')}`;
    },
    certificate: ({ channel, date }) =>
      `The certificate of ${channel} expires on ${date('expires_at')}`,
    budget: (words) => {
      const { channel, name, figure } = words;
      if (name) {
        const limit = `${amount(words, 'limit')}${periods[figure('period')] ?? ''}`;
        return `${name} has used up its limit of ${limit}, so its requests are refused`;
      }
      return channel
        ? `The probe budget of ${channel} is used up`
        : 'The probe budget of the day is used up';
    },
    spending: (words) => {
      const { name, figure } = words;
      const when = periods[figure('period')] ?? '';
      return `${name} has used ${figure('spent')} of ${amount(words, 'limit')}${when}`;
    },
    disk: ({ share }) => `The disk is nearly full: ${share('free_share')} left`,
    service: ({ name }) =>
      name === 'database' ? 'The database refuses writes' : `${name} doesn’t answer`,
    model_new: ({ model, channel }) => `${channel} lists a new model: ${model}`,
    model_gone: ({ model, channel }) => `${channel} no longer lists ${model}`,
  },
  several: {
    model_new: (models, channel) => `${channel} lists ${count(models, 'new model')}`,
    model_gone: (models, channel) => `${channel} no longer lists ${count(models, 'model')}`,
  },
};
