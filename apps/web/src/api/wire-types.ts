import type { InferRequestType, InferResponseType } from 'hono/client';
import type { ApiClient } from './client.ts';

type Api = ApiClient['api'];
type Admin = Api['admin'];
type Item<T extends { items: readonly unknown[] }> = T['items'][number];

export type ProxyKey = Item<InferResponseType<Api['proxy']['keys']['$get'], 200>>;
export type KeyBudget = Item<InferResponseType<Api['proxy']['keys']['budgets']['$get'], 200>>;
export type ProxyKeyBody = InferRequestType<Api['proxy']['keys']['$post']>['json'];
export type AllowableNames = InferResponseType<Api['proxy']['names']['$get'], 200>;
export type KeyTotals = Item<InferResponseType<Api['proxy']['requests']['totals']['$get'], 200>>;

export type AdminChannel = Item<InferResponseType<Admin['channels']['$get'], 200>>;
export type AdminSession = Item<InferResponseType<Admin['sessions']['$get'], 200>>;
export type AlertDestination = Item<InferResponseType<Api['alerts']['destinations']['$get'], 200>>;
export type AlertDestinationBody = InferRequestType<Api['alerts']['destinations']['$post']>['json'];
export type DestinationKindInfo = Item<InferResponseType<Api['alerts']['kinds']['$get'], 200>>;
export type MaintenanceItem = Item<InferResponseType<Api['maintenance']['$get'], 200>>;
export type MaintenanceBody = InferRequestType<Api['maintenance']['$post']>['json'];
export type AuditEntry = Item<InferResponseType<Admin['audit']['$get'], 200>>;
export type ResourceSample = InferResponseType<Admin['resources']['$get'], 200>;
export type Settings = InferResponseType<Admin['settings']['$get'], 200>['item'];
export type PublicStatus = InferResponseType<Api['status']['$get'], 200>['item'];
export type PublicItem = PublicStatus['items'][number];
export type StatusPage = InferResponseType<Admin['status-page']['$get'], 200>['item'];
