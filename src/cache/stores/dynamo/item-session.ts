import type {
  BatchGetCommandInput,
  BatchWriteCommandInput,
  DeleteCommandInput,
  GetCommandInput,
  PutCommandInput,
  QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type {
  BatchGetAnswer,
  BatchWriteAnswer,
  GetAnswer,
  ItemClient,
  QueryAnswer,
  WriteAnswer,
} from './item-client.js';

interface Capacity {
  readonly CapacityUnits?: number | undefined;
}

interface Counted {
  /** Of a batch: one for each table. */
  readonly ConsumedCapacity?: Capacity | Capacity[] | undefined;
}

/** The requests of one call on the store: they share its signal, and their capacity units are added up. */
export class ItemSession {
  private read = 0;
  private written = 0;

  constructor(
    private readonly client: ItemClient,
    readonly signal: AbortSignal,
    private readonly progress: () => void = () => undefined,
  ) {}

  get readUnits(): number {
    return this.read;
  }

  get writeUnits(): number {
    return this.written;
  }

  get(request: GetCommandInput): Promise<GetAnswer> {
    return this.reading(this.client.get(request, this.signal));
  }

  batchGet(request: BatchGetCommandInput): Promise<BatchGetAnswer> {
    return this.reading(this.client.batchGet(request, this.signal));
  }

  query(request: QueryCommandInput): Promise<QueryAnswer> {
    return this.reading(this.client.query(request, this.signal));
  }

  put(request: PutCommandInput): Promise<WriteAnswer> {
    return this.writing(this.client.put(request, this.signal));
  }

  delete(request: DeleteCommandInput): Promise<WriteAnswer> {
    return this.writing(this.client.delete(request, this.signal));
  }

  batchWrite(request: BatchWriteCommandInput): Promise<BatchWriteAnswer> {
    return this.writing(this.client.batchWrite(request, this.signal));
  }

  private async reading<T extends Counted>(sent: Promise<T>): Promise<T> {
    const answer = await sent;
    this.read += unitsOf(answer);
    if (!this.signal.aborted) this.progress();
    return answer;
  }

  private async writing<T extends Counted>(sent: Promise<T>): Promise<T> {
    const answer = await sent;
    this.written += unitsOf(answer);
    if (!this.signal.aborted) this.progress();
    return answer;
  }
}

function unitsOf({ ConsumedCapacity }: Counted): number {
  return [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}
