/** Who opens a connection to PostgreSQL. */
export interface Caller {
  /** `application_name`. */
  readonly application: string | undefined;
  /** The setting `careline.instance` of its options. */
  readonly instance: string | undefined;
}

const HEAD_BYTES = 8;

/** The setting by which connections say whose they are, as part of a connection string's query. */
export const instanceOption = (instance: string): string => `-c careline.instance=${instance}`;

/**
 * Reads the first message of a client: length, version of the protocol, then pairs of texts, each with a zero behind it.
 * https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE
 */
export function readStartup(message: Buffer): Caller {
  const texts = message.subarray(HEAD_BYTES).toString('utf8').split('\0');
  const valueOf = (name: string): string | undefined => {
    const at = texts.findIndex((text, i) => i % 2 === 0 && text === name);
    return at < 0 ? undefined : texts[at + 1];
  };
  const instance = /careline\.instance=(\S+)/.exec(valueOf('options') ?? '')?.[1];
  return { application: valueOf('application_name'), instance };
}

/** A message after the first one: its kind, its length, its content. */
function message(kind: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + length.length);
  return Buffer.concat([Buffer.from(kind), length, content]);
}

/** Query: one statement without parameters. */
export const simpleQuery = (statement: string): Buffer => message('Q', Buffer.from(`${statement}\0`));

/** What the server answers to a command without rows, outside a transaction: CommandComplete and ReadyForQuery. */
export const commandComplete = (command: string): Buffer =>
  Buffer.concat([message('C', Buffer.from(`${command}\0`)), message('Z', Buffer.from('I'))]);
