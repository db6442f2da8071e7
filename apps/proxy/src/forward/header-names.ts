import { isAnswerHeaderPassed } from './answer-headers.ts';
import { forwardedNameOf } from './request-headers.ts';

const rememberedNames = 1_000;

export type HeaderNames = ReturnType<typeof createHeaderNames>;

/** Decides which headers are forwarded, and remembers it, because clients and servers send the same few. */
export function createHeaderNames() {
  return {
    isAnswerHeaderPassed: remembering(isAnswerHeaderPassed),
    forwardedNameOf: remembering(forwardedNameOf),
  };
}

function remembering<Decision>(decide: (name: string) => Decision): (name: string) => Decision {
  const decisions = new Map<string, Decision>();
  return (name) => {
    const known = decisions.get(name);
    if (known !== undefined) return known;
    const decision = decide(name);
    if (decisions.size < rememberedNames) decisions.set(name, decision);
    return decision;
  };
}
