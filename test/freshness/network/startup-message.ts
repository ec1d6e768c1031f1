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
