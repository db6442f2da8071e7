import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { firstSchema } from '../migrations/0001-first-schema.ts';
import { gatewaySchema } from '../migrations/0002-gateway.ts';
import { proxyTotals } from '../migrations/0003-proxy-totals.ts';
import { deletedTargets } from '../migrations/0004-deleted-targets.ts';
import { administration } from '../migrations/0005-administration.ts';
import { probeTotals } from '../migrations/0006-probe-totals.ts';
import { statusPage } from '../migrations/0007-status-page.ts';
import { totalsByOutcome } from '../migrations/0008-totals-by-outcome.ts';
import { failedRuns } from '../migrations/0009-failed-runs.ts';
import { runCuts } from '../migrations/0010-run-cuts.ts';
import { gatewayObjects } from '../migrations/0012-gateway-objects.ts';
import { requestClasses } from '../migrations/0014-request-classes.ts';
import { runNotes } from '../migrations/0015-run-notes.ts';
import { wrongAnswers } from '../migrations/0016-wrong-answers.ts';
import { evidence } from '../migrations/evidence/0011-evidence.ts';
import { keyRouting } from '../migrations/gateway/0021-key-routing.ts';
import { clientAddress } from '../migrations/gateway/0024-client-address.ts';
import { costs } from '../migrations/gateway/0028-costs.ts';
import { keyBudgets } from '../migrations/gateway/0029-key-budgets.ts';
import { incidents } from '../migrations/incidents/0023-incidents.ts';
import { listNews } from '../migrations/incidents/0025-list-news.ts';
import { alertProducers } from '../migrations/incidents/0031-alert-producers.ts';
import { balances } from '../migrations/money/0030-balances.ts';
import { statusTags } from '../migrations/status/0026-status-tags.ts';
import { firstTokenTimeout } from '../migrations/targets/0013-first-token-timeout.ts';
import { transport } from '../migrations/targets/0017-transport.ts';
import { namesAndRouting } from '../migrations/targets/0018-names-and-routing.ts';
import { targetKeys } from '../migrations/targets/0019-target-keys.ts';
import { managedBy } from '../migrations/targets/0022-managed-by.ts';
import { targetMoney } from '../migrations/targets/0027-money.ts';
import type { Schema } from '../schema.ts';

import { currentSchema } from './dialect.ts';

/** Migrates any older database to the newest schema, all or nothing. Throws what the migration threw. */
export async function migrate(db: Kysely<Schema>, nowS: number): Promise<void> {
  const migrator = await createMigrator(db, nowS);
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** For tests that go step by step. */
export async function createMigrator(db: Kysely<Schema>, nowS: number): Promise<Migrator> {
  const schema = await currentSchema(db);
  return new Migrator({
    db,
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
    // A list rather than a folder, because the apps are bundled. A released migration never changes.
    provider: {
      getMigrations: async () => ({
        '0001-first-schema': firstSchema(nowS),
        '0002-gateway': gatewaySchema,
        '0003-proxy-totals': proxyTotals,
        '0004-deleted-targets': deletedTargets,
        '0005-administration': administration,
        '0006-probe-totals': probeTotals(nowS),
        '0007-status-page': statusPage,
        '0008-totals-by-outcome': totalsByOutcome,
        '0009-failed-runs': failedRuns,
        '0010-run-cuts': runCuts,
        '0011-evidence': evidence(nowS),
        '0012-gateway-objects': gatewayObjects,
        '0013-first-token-timeout': firstTokenTimeout,
        '0014-request-classes': requestClasses,
        '0015-run-notes': runNotes,
        '0016-wrong-answers': wrongAnswers,
        '0017-transport': transport,
        '0018-names-and-routing': namesAndRouting,
        '0019-target-keys': targetKeys,
        '0021-key-routing': keyRouting,
        '0022-managed-by': managedBy,
        '0023-incidents': incidents,
        '0024-client-address': clientAddress,
        '0025-list-news': listNews,
        '0026-status-tags': statusTags,
        '0027-money': targetMoney,
        '0028-costs': costs,
        '0029-key-budgets': keyBudgets,
        '0031-alert-producers': alertProducers,
        '0030-balances': balances,
      }),
    },
  });
}
