import { Logger } from '@nestjs/common';
import { describeError } from '../../common/logging/describe-error.js';
import type { StreamHandler } from './stream-handler.js';
import { sequenceNumberOf, type StreamRecord } from '../table/stream-record.js';

const logger = new Logger('messaging-stream');

/** What Lambda is told of a batch: it goes on from the first record that is named, and retries no earlier one. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * Handles a batch in order, up to the first record that cannot be done now.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * @throws what a record without a sequence number failed with: the whole batch is to be given again
 */
export async function handleBatch(
  handler: Pick<StreamHandler, 'handle'>,
  records: readonly StreamRecord[],
): Promise<BatchAnswer> {
  for (const record of records) {
    try {
      await handler.handle(record);
    } catch (error) {
      const itemIdentifier = sequenceNumberOf(record);
      if (itemIdentifier === undefined) throw error;
      const { type, code } = describeError(error);
      logger.error(`The batch is to be given again from record ${itemIdentifier} on (${code ?? type}).`);
      return { batchItemFailures: [{ itemIdentifier }] };
    }
  }
  return { batchItemFailures: [] };
}
