import type { Phrases } from './phrases.ts';

const count = (number: number, one: string, many = `${one}s`) =>
  number === 1 ? `1 ${one}` : `${number} ${many}`;

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
    balance: ({ channel, figure }) => `The balance of ${channel} is low: ${figure('balance')}`,
    expiry: ({ name, channel, date }) => `${name || channel} expires on ${date('expires_at')}`,
    certificate: ({ channel, date }) =>
      `The certificate of ${channel} expires on ${date('expires_at')}`,
    budget: ({ channel }) =>
      channel
        ? `The probe budget of ${channel} is used up`
        : 'The probe budget of the day is used up',
    spending: ({ name, figure }) => `${name} has spent ${figure('spent')} of ${figure('limit')}`,
    disk: ({ share }) => `The disk is nearly full: ${share('free_share')} left`,
    service: ({ name }) => `${name} doesn’t answer`,
    model_new: ({ model, channel }) => `${channel} lists a new model: ${model}`,
    model_gone: ({ model, channel }) => `${channel} no longer lists ${model}`,
  },
  several: {
    model_new: (models, channel) => `${channel} lists ${count(models, 'new model')}`,
    model_gone: (models, channel) => `${channel} no longer lists ${count(models, 'model')}`,
  },
};
