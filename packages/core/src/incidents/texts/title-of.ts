import type { IncidentBrief, News } from '../sending/news.ts';
import { namesOf, type Words } from './words.ts';

/** What is new about an incident, in one line. */
export function titleOf({ kind, incident, at }: News, words: Words): string {
  const { phrases } = words;
  const lasted = words.lasted((incident.ended_at ?? at) - incident.started_at);
  const down = downTitle(incident, words);
  const lacking = incident.models.filter(({ channels, is_wanted }) => is_wanted && channels === 0);
  const names = words.list(
    lacking.map(({ model }) => model),
    3,
  );
  const full = lacking.length > 0 ? `${down}${phrases.colon}${phrases.noChannelLeft(names)}` : down;
  switch (kind) {
    case 'opened':
    case 'worse':
    case 'cause':
    case 'grown':
      return full;
    case 'eased':
      return phrases.eased(full);
    case 'flapping':
      return incident.is_flapping ? full : phrases.stopsFlapping(down);
    case 'reminder':
      return phrases.still(full, lasted);
    case 'escalated':
      return phrases.unacknowledged(full, lasted);
    case 'merged':
      return phrases.merged(incident.merged_into ?? incident.id);
    case 'resolved':
      return overTitle(incident, lasted, words);
  }
}

function downTitle(incident: IncidentBrief, words: Words): string {
  const { phrases } = words;
  const { scope, subjects, channel_count, is_flapping, is_whole_channel } = incident;
  const [first] = subjects;
  const count = Math.max(incident.failing, 1);
  const [channel, model, name] = namesOf(first);
  if (scope === 'network') return phrases.networkIsDown;
  if (is_flapping) return phrases.flaps(...whatOf(incident, words));
  if (scope === 'many') return phrases.manyAreDown(channel_count);
  if (scope === 'vendor') return phrases.vendorIsDown(model, channel_count);
  if (scope === 'other') return otherTitle(incident, words);
  if (scope === 'key') {
    return count > 1 ? phrases.keysAreDown(count, channel) : phrases.keyIsDown(name, channel);
  }
  if (is_whole_channel) return phrases.channelIsDown(channel);
  return count > 1 ? phrases.modelsAreDown(count, channel) : phrases.modelIsDown(model, channel);
}

function overTitle(incident: IncidentBrief, lasted: string, words: Words): string {
  const { phrases } = words;
  if (incident.scope === 'network') return phrases.networkWorks(lasted);
  if (incident.is_removed) return phrases.notWatched(whatOf(incident, words)[0]);
  if (incident.scope === 'other') return phrases.isOver(otherTitle(incident, words), lasted);
  const [what, count] = whatOf(incident, words);
  return phrases.works(what, lasted, count);
}

/** The thing itself, as in "… works again", and how many things that are. */
function whatOf(incident: IncidentBrief, { phrases }: Words): [what: string, count: number] {
  const { scope, subjects, channel_count, is_whole_channel, failing, members } = incident;
  const [channel, model, name] = namesOf(subjects[0]);
  const count = failing > 0 ? failing : members;
  if (scope === 'many') return [phrases.many(channel_count), channel_count];
  if (scope === 'vendor') return [phrases.vendor(model, channel_count), 1];
  if (scope === 'key') {
    return [count > 1 ? phrases.keys(count, channel) : phrases.key(name, channel), count];
  }
  if (is_whole_channel) return [channel, 1];
  return [count > 1 ? phrases.models(count, channel) : phrases.on(model, channel), count];
}

function otherTitle({ kind, subjects, members }: IncidentBrief, words: Words): string {
  const { phrases } = words;
  const [first] = subjects;
  const [channel] = namesOf(first);
  if ((kind === 'model_new' || kind === 'model_gone') && members > 1) {
    return phrases.several[kind](members, channel);
  }
  if (kind === 'model_down' || kind === 'channel_down' || kind === 'key_down') return channel;
  return first ? phrases.other[kind](words.ofSubject(first)) : kind;
}
