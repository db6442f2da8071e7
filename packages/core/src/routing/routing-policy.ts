// Browsers import this file, so it must not import zod.

/**
 * How the gateway chooses among channels that are equally good by evidence and priority: `latency` by the
 * time to the first token, `price` by what the request would cost, `weighted` at random by their weights,
 * `round-robin` in turn, `priority` in the order of the list.
 */
export const routingPolicies = ['latency', 'price', 'weighted', 'round-robin', 'priority'] as const;
export type RoutingPolicy = (typeof routingPolicies)[number];
