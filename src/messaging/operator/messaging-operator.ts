import { OperatorError } from '../../common/errors/operator-error.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { UsersRepository } from '../../users/users.repository.js';
import type { UserProfile } from '../../users/dto/user.dto.js';
import { AppendQueue } from '../append/append-queue.js';
import { AppendRepository } from '../append/append.repository.js';
import { MESSAGES_TAG } from '../cache-tags.js';
import { BumpsRepository } from '../postgres/bumps.repository.js';
import { MessagingDocuments, type MessagingTable } from '../table/documents.js';
import type { InboxEntry, Item, StoredMessage } from '../table/items.js';
import { MessagesRepository } from '../table/messages.repository.js';
import { RawTable } from '../table/raw-table.js';
import { seedConversation } from './sample-conversation.js';

const MAX_SHOWN = 100;

/** A read of PartiQL; every other statement writes. */
const READS = /^\s*SELECT\b/i;

/** What operators do with the messaging table, from the command line. To be closed. */
export class MessagingOperator {
  readonly raw: RawTable;
  private readonly documents: MessagingDocuments;
  private prisma: PrismaService | undefined;

  /** @param databaseUrl asked for by the first use of the database */
  constructor(
    table: MessagingTable,
    private readonly databaseUrl: () => Promise<string>,
  ) {
    this.documents = new MessagingDocuments(table);
    this.raw = new RawTable(this.documents);
  }

  /**
   * The items that a PartiQL statement gives, at most 100. What a statement writes nobody is told of, so all cached answers
   * that are made of messages are given up.
   * @throws {OperatorError} when it is no SELECT and `mayWrite` is false, or DynamoDB refuses it
   */
  async partiql(statement: string, mayWrite: boolean): Promise<Item[]> {
    const isRead = READS.test(statement);
    if (!isRead && !mayWrite) throw new OperatorError('Only SELECT is allowed without --write.');
    // Before the statement nobody could say that it is not carried out: the bump comes after it, also when it fails.
    try {
      return await this.raw.execute(statement, MAX_SHOWN);
    } finally {
      if (!isRead) await new BumpsRepository(await this.database()).bump([MESSAGES_TAG]);
    }
  }

  /** @throws {OperatorError} when nobody has this handle */
  async inbox(handle: string): Promise<{ entries: InboxEntry[]; users: UserProfile[] }> {
    const user = await this.user(handle);
    const entries = await new MessagesRepository(this.documents).inbox(user.id, MAX_SHOWN);
    return { entries, users: await this.profiles(entries.map((entry) => entry.with)) };
  }

  /** The newest messages of a conversation, at most 100, oldest first. */
  async conversation(id: string): Promise<{ messages: StoredMessage[]; users: UserProfile[] }> {
    const messages = await new MessagesRepository(this.documents).messages(id, MAX_SHOWN);
    if (messages.length === 0) throw new OperatorError('There is no such conversation.');
    return { messages: messages.reverse(), users: await this.profiles(messages.map(({ from }) => from)) };
  }

  /**
   * Writes the sample conversations between the sample users, unless they are there.
   * @returns how many messages were written
   */
  async seed(): Promise<number> {
    const [ana, bruno, carla] = [await this.user('ana'), await this.user('bruno'), await this.user('carla')];
    const bumps = new BumpsRepository(await this.database());
    return seedConversation(
      { ana: ana.id, bruno: bruno.id, carla: carla.id },
      { messages: new MessagesRepository(this.documents), bumps, appendAt: (now) => this.appendAt(now) },
    );
  }

  async close(): Promise<void> {
    this.documents.onApplicationShutdown();
    await this.prisma?.$disconnect();
  }

  private appendAt(nowMs: number): AppendQueue {
    return new AppendQueue(new AppendRepository(this.documents, () => nowMs));
  }

  private async user(handle: string): Promise<UserProfile> {
    const user = await new UsersRepository(await this.database()).findByHandle(handle);
    if (user === undefined) throw new OperatorError(`There is no user "${handle}".`);
    return user;
  }

  private async profiles(ids: readonly string[]): Promise<UserProfile[]> {
    return new UsersRepository(await this.database()).findProfiles([...new Set(ids)]);
  }

  private async database(): Promise<PrismaService> {
    this.prisma ??= new PrismaService({ databaseUrl: await this.databaseUrl() });
    return this.prisma;
  }
}
