import type { GatewayRoute } from '@api-monitor/core';

/**
 * Which events of a stream are worth parsing after its first token. The words only choose: what an event
 * says is read from its parsed JSON, and a model that writes these words costs no more than a parse. In a
 * model's text the quotes are escaped, so most texts don't match.
 */
export interface EventFilter {
  /** Where it may contain an error, the answer's end or state; -1 if it has none. */
  firstThatMatters(frame: string): number;
  /** It may report tokens; the latest report is enough. */
  mayReportTokens(frame: string): boolean;
}

/** An error in any place, or the end in any format. A finish reason that is null or empty is neither. */
const decisive =
  /"error|\nevent: ?error|^event: ?error|"(?:finish_reason|finishReason|stop_reason|blockReason)"\s*:(?!\s*(?:null|""))|"(?:detail|code|success)"\s*:|"failed"|\[DONE\]|message_stop|response\.(?:completed|incomplete|failed)/;

const stateByRoute: Partial<Record<GatewayRoute, RegExp>> = {
  responses: /"encrypted_content"|"file_id"|response\.output_item\.done/,
  anthropic: /"signature"|"file_id"|"redacted_thinking"/,
  gemini: /"thoughtSignature"/,
  chat: /"(?:thought_)?signature"|"encrypted/,
};

/** With the state of each route, as one search. */
const statefulByRoute = new Map(
  Object.entries(stateByRoute).map(([route, { source }]): [string, RegExp] => [
    route,
    new RegExp(`${decisive.source}|${source}`),
  ]),
);

const report = /"usage(?:Metadata)?"\s*:(?!\s*null)/;

/** `isStateful`: events with state of the channel are wanted too. */
export function createEventFilter(route: GatewayRoute, isStateful: boolean): EventFilter {
  const wanted = (isStateful && statefulByRoute.get(route)) || decisive;
  return {
    firstThatMatters: (frame) => frame.search(wanted),
    mayReportTokens: (frame) => report.test(frame),
  };
}

/** Whether a text of whole events, as Latin-1, has one that doesn't end as a JSON object does. */
export function mayBeGarbled(words: string): boolean {
  let last = words.length - 1;
  while (last >= 0 && words.charCodeAt(last) <= 0x20) last -= 1;
  if (last >= 0 && words[last] !== '}') return true;
  return hasOtherEnd(words, '\n\n', last) || hasOtherEnd(words, '\r\n\r\n', last);
}

function hasOtherEnd(words: string, blankLine: string, last: number): boolean {
  let at = words.indexOf(blankLine);
  for (; at >= 0 && at < last; at = words.indexOf(blankLine, at + blankLine.length)) {
    if (words[at - 1] !== '}') return true;
  }
  return false;
}
