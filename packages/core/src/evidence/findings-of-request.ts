import type { ProxyAttempt, ProxyRequest } from '../gateway/proxy-request.ts';
import { evidenceRouteOf, isProvingRoute } from './evidence-route.ts';
import type { Finding } from './finding.ts';

/** A finding with the model that it is about. */
export interface ModelFinding extends Finding {
  target_id: number;
  model: string;
}

/** What each attempt of a request shows. Attempts on a side endpoint show nothing. */
export function findingsOfRequest(request: ProxyRequest): ModelFinding[] {
  if (request.route === 'models' || request.route === 'other') return [];
  if (!isProvingRoute(request.route)) return [];
  const route = evidenceRouteOf(request.route);
  let at = request.timestamp;
  return request.attempts.flatMap((attempt) => {
    const began_at = at;
    at += attempt.duration_s;
    const { target_id, model, status, target_key: key } = attempt;
    const finding = findingOfAttempt(attempt);
    return finding.outcome === 'none'
      ? []
      : {
          ...{ began_at, at, ...finding, target_id, model, route, by: 'traffic' as const },
          ...(status === null ? {} : { status }),
          ...(key === undefined ? {} : { key }),
        };
  });
}

/** Also reads the records that an older gateway queued, which have no finding. */
function findingOfAttempt(attempt: ProxyAttempt) {
  const { error: message, error_kind } = attempt;
  const measured = { first_token_s: null, is_wrong_answer: null, retry_after_s: null };
  if (attempt.finding) return { ...measured, message, ...attempt.finding };
  const outcome = outcomeByFlags(attempt);
  const kind = outcome === 'failure' ? error_kind : null;
  return { ...measured, outcome, kind, scope: 'model' as const, message };
}

function outcomeByFlags(attempt: ProxyAttempt): 'success' | 'failure' | 'none' {
  const { is_live_failure, is_client_error, status, error_kind } = attempt;
  if (is_live_failure) return 'failure';
  if (is_client_error || error_kind !== null || status === null) return 'none';
  return status >= 200 && status < 300 ? 'success' : 'none';
}
