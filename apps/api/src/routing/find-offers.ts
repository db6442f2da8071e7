import { splitChannelModel, type Target } from '@api-monitor/core';
import {
  type Database,
  findTargetByName,
  listModelStates,
  listTargetsByIds,
  type ModelStateRow,
} from '@api-monitor/db';

/** A channel that offers the model, and what is known of it there. */
export interface Offer {
  target: Target;
  state: ModelStateRow;
}

/** How the gateway understands a model's name. */
export type Asked =
  | { kind: 'pinned'; target: Target; model: string; offers: Offer[] }
  | { kind: 'bare'; model: string; offers: Offer[] };

/** `channel/model` where the part before the first slash is a channel's name, else a bare model. */
export async function findOffers(db: Database, name: string): Promise<Asked> {
  const named = splitChannelModel(name);
  const target = named && (await findTargetByName(db, named.channel));
  if (!target) return { kind: 'bare', model: name, offers: await offersOf(db, name) };
  const { model } = named;
  const states = await listModelStates(db, { target_id: target.id, model, with_history: false });
  return { kind: 'pinned', target, model, offers: states.map((state) => ({ target, state })) };
}

async function offersOf(db: Database, model: string): Promise<Offer[]> {
  const states = await listModelStates(db, { model, with_history: false });
  const targets = await listTargetsByIds(
    db,
    states.map((state) => state.target_id),
  );
  const targetById = new Map(targets.map((target) => [target.id, target]));
  return states.flatMap((state) => {
    const target = targetById.get(state.target_id);
    return target ? [{ target, state }] : [];
  });
}
