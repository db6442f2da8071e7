/** A model named with its channel: the part before the first slash, and the rest, which may hold more. */
export interface ChannelModel {
  channel: string;
  model: string;
}

/** Null where the name can't hold a channel's: it has no slash, or begins with it. */
export function splitChannelModel(name: string): ChannelModel | null {
  const slash = name.indexOf('/');
  return slash > 0 ? { channel: name.slice(0, slash), model: name.slice(slash + 1) } : null;
}
