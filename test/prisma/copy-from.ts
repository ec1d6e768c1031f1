import type pg from 'pg';

/** The part of pg's wire connection that a COPY needs. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Runs `sql`, a `COPY … FROM STDIN`, with `lines` in text format. */
export function copyFrom(client: pg.Client, sql: string, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    // pg takes any object with these handlers as a query: https://node-postgres.com/apis/client#clientquery
    const copy = {
      submit: (connection: CopyConnection) => connection.query(sql),
      handleCopyInResponse: (connection: CopyConnection) => {
        connection.sendCopyFromChunk(Buffer.from(lines.map((line) => `${line}\n`).join('')));
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleError: (error: Error) => {
        failure = error;
      },
      handleReadyForQuery: () => (failure === undefined ? resolve() : reject(failure)),
    };
    client.query(copy as unknown as pg.Submittable);
  });
}
