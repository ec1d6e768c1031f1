/** One message of a stream of server-sent events. */
export interface StreamMessage {
  readonly event?: string;
  readonly data?: string;
}

/** Reads server-sent events one by one. */
export class EventStream {
  private readonly decoder = new TextDecoder();
  private buffered = '';

  private constructor(
    readonly response: Response,
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly abort: AbortController,
  ) {}

  static async open(url: string, token: string): Promise<EventStream> {
    const abort = new AbortController();
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      signal: abort.signal,
    });
    if (response.body === null) throw new Error('no body');
    return new EventStream(response, response.body.getReader() as never, abort);
  }

  /** The next message; undefined at the end. */
  async next(): Promise<StreamMessage | undefined> {
    let end: number;
    while ((end = this.buffered.indexOf('\n\n')) < 0) {
      const { done, value } = await this.reader.read();
      if (done) return undefined;
      this.buffered += this.decoder.decode(value, { stream: true });
    }
    const message = this.buffered.slice(0, end);
    this.buffered = this.buffered.slice(end + 2);
    return parse(message);
  }

  /** The next message of which `wanted` holds. */
  async until(wanted: (message: StreamMessage) => boolean): Promise<StreamMessage> {
    for (;;) {
      const message = await this.next();
      if (message === undefined) throw new Error('the stream ended');
      if (wanted(message)) return message;
    }
  }

  /** Goes away, as a browser does whose page is closed. */
  leave(): void {
    this.abort.abort();
  }
}

function parse(message: string): StreamMessage {
  const fields = message.split('\n').map((line) => {
    const [name = '', ...value] = line.split(': ');
    return [name, value.join(': ')];
  });
  return Object.fromEntries(fields) as StreamMessage;
}
