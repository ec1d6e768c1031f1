import { AppError } from './app-error.js';

/**
 * A refusal or a fault for whoever runs the process, never for a client: its message is one or a few plain lines that say
 * what to do, and carries no clinical content.
 */
export class OperatorError extends AppError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super('INTERNAL', message, options);
  }
}
