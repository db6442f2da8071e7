import { chooseRoute } from './choose-route.ts';
import { probePlanOf } from './probe-plan.ts';

/** What providers call their small models; the first that a name has decides. */
const smallNames = /(^|[-_./:])(nano|lite|tiny|haiku|flash|mini|small|air|[1-9]b)([-_./:]|$)/i;
/** Dear or slow even if the rest of the name says small. */
const dearNames =
  /(^|[-_./:])(thinking|reasoner|reasoning|research|o\d|pro|ultra|max|opus)([-_./:]|$)/i;

/**
 * The model to ask if any will do: a small chat model by its name, else the first chat model, else the first
 * that probes ask at all; null if there is none.
 */
export function chooseCheapModel(
  models: readonly string[],
  dontProbe: readonly string[],
): string | null {
  const probed = models.filter((model) => probePlanOf(model, dontProbe) === 'probed');
  const chats = probed.filter((model) => {
    const plan = chooseRoute(model);
    return plan.kind === 'probe' && plan.route !== 'embeddings';
  });
  const plain = chats.filter((model) => !dearNames.test(model));
  return plain.find((model) => smallNames.test(model)) ?? plain[0] ?? chats[0] ?? probed[0] ?? null;
}
