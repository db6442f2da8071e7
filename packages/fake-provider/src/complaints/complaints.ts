import { accountComplaints } from './accounts.ts';
import type { Complaint } from './complaint.ts';
import { modelComplaints } from './models.ts';
import { requestComplaints } from './requests.ts';
import { routeComplaints } from './routes.ts';
import { serverComplaints } from './servers.ts';

/** What providers and relays say when they don't answer. Probes and the gateway must see the same in it. */
export const complaints: readonly Complaint[] = [
  ...accountComplaints,
  ...modelComplaints,
  ...routeComplaints,
  ...requestComplaints,
  ...serverComplaints,
];
