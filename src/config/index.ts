export { readConfig, readProcessConfig, withEngines, type Config, type ServiceConfig } from './config.js';
export { CONFIG, ConfigModule } from './config.module.js';
export { ConfigurationError } from './configuration-error.js';
