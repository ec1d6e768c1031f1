import { daxLag } from './dax-nemeses.js';
import { dynamoGone, dynamoSlow, dynamoThrottling, tableDropped } from './dynamo-nemeses.js';
import { authorityCut, listenHung, listenKilled } from './feed-nemeses.js';
import { clock, freeze, kill } from './instance-nemeses.js';
import type { Nemesis } from './nemesis.js';
import { flushed, postgresCrashed, postgresRestarted } from './postgres-nemeses.js';

/** All kinds of faults. */
export const NEMESES: readonly Nemesis[] = [
  kill,
  freeze,
  clock,
  listenKilled,
  listenHung,
  authorityCut,
  dynamoSlow,
  dynamoThrottling,
  dynamoGone,
  tableDropped,
  daxLag,
  postgresRestarted,
  postgresCrashed,
  flushed,
];
