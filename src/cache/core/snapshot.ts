import { currentLoad } from './load-scope.js';
import { toVersions, type TagRow } from '../versions/postgres-queries.js';

/**
 * Rule 1: to be called inside the transaction of a load (REPEATABLE READ, READ ONLY), before its data is read. `read`
 * asks that transaction for the rows of `cache_tag` of the given tags; the running load learns which versions its
 * snapshot saw. Outside of a load it does nothing.
 */
export async function observeSnapshot(
  read: (tags: readonly string[]) => Promise<readonly TagRow[]>,
): Promise<void> {
  const load = currentLoad();
  if (load !== undefined) load.observe(toVersions(await read(load.tags)));
}
