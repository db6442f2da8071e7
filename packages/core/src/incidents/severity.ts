import { alertKindRules, type Severity, worse } from './alert-kind.ts';
import { subjectKeyOf } from './findings/observation.ts';
import { modelsOf, type Serving } from './findings/watched-channel.ts';
import { failingMembers, type Incident } from './incident.ts';
import { openIncidents, type Step, weigh } from './step.ts';

const mostLacking = 50;

/** How bad each open incident is. It is critical if a model that is wanted has no channel left. */
export function weighAll(step: Step): void {
  const serving = servingIn(step);
  for (const incident of openIncidents(step)) weighOne(step, incident, serving);
}

function weighOne(step: Step, incident: Incident, serving: (model: string) => Serving): void {
  if (incident.scope === 'network') {
    weigh(step, incident, 'critical', []);
    return;
  }
  const failing = failingMembers(incident);
  const lacking = [...modelsOf(failing, step.channels)]
    .map(serving)
    .filter(({ channels, is_wanted }) => channels === 0 && is_wanted)
    .map(({ model }) => model)
    .sort();
  const own = failing.map(({ subject }): Severity => {
    const watch = step.watches.get(subjectKeyOf(subject));
    return watch?.severity ?? alertKindRules[subject.kind].severity;
  });
  const severity = lacking.length > 0 ? 'critical' : own.reduce(worse, 'info');
  weigh(step, incident, severity, lacking.slice(0, mostLacking));
}

/** What still serves each model. One that flaps counts, because it works at times. */
export function servingIn({ channels, watches, setup }: Step): (model: string) => Serving {
  const channelsDown = new Set<number>();
  const modelsDown = new Map<string, Set<number>>();
  for (const { health, subject } of watches.values()) {
    const { kind, target_id, model } = subject;
    if (health !== 'down' || target_id === null) continue;
    if (kind === 'channel_down') channelsDown.add(target_id);
    if (kind !== 'model_down' || model === null) continue;
    const on = modelsDown.get(model);
    if (on) on.add(target_id);
    else modelsDown.set(model, new Set([target_id]));
  }
  return (model) => {
    const down = modelsDown.get(model);
    const offering = channels.byModel.get(model) ?? [];
    const serving = offering.filter(({ id }) => !channelsDown.has(id) && !down?.has(id));
    return { model, channels: serving.length, is_wanted: setup.wanted.has(model) };
  };
}
