import { withEngines, type Config, type ServiceConfig } from '../config/index.js';

/**
 * The configuration of a function: what is given, without a feed.
 * @throws {Error} naming the variable when the database has no address: a function starts no engine
 */
export function lambdaConfig(config: Config): ServiceConfig {
  const { databaseUrl } = config;
  if (databaseUrl === undefined) throw new Error('DATABASE_URL must be set: a Lambda starts no engine.');
  const withoutFeed = { ...config, cache: { ...config.cache, feed: false } };
  return withEngines(withoutFeed, { databaseUrl, embeddedEngines: [] });
}
