import 'reflect-metadata';
import { Body, Controller, Get, Injectable, Module, NotFoundException, Param, Put } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Cached, CacheModule, EVERYTHING, observeSnapshot, uuidTag } from 'careline/cache';
import pg from 'pg';

const databaseUrl = process.env['DATABASE_URL'] ?? '';
const bookTag = uuidTag('book');

interface Book {
  id: string;
  title: string;
}

@Injectable()
export class BooksRepository {
  private readonly pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });

  /** Versions and data in one snapshot: the cache learns what it saw. Null: there is no such book. */
  async find(id: string): Promise<Book | null> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await observeSnapshot(async (tags) => {
        const sql = 'SELECT tag, version::text AS version, nonce FROM cache_tag WHERE tag = ANY ($1)';
        return (await client.query<{ tag: string; version: string; nonce: string }>(sql, [tags])).rows;
      });
      const { rows } = await client.query<Book>('SELECT id, title FROM book WHERE id = $1', [id]);
      await client.query('COMMIT');
      client.release();
      return rows[0] ?? null;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async save({ id, title }: Book): Promise<void> {
    const sql = 'INSERT INTO book VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET title = excluded.title';
    await this.pool.query(sql, [id, title]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

@Controller('books')
export class BooksController {
  constructor(private readonly books: BooksRepository) {}

  @Get(':id')
  @Cached({ scope: 'shared', tags: ({ params }) => [EVERYTHING, bookTag(params['id'] ?? '')] })
  async findOne(@Param('id') id: string): Promise<Book> {
    const book = await this.books.find(id);
    if (book === null) throw new NotFoundException();
    return book;
  }

  @Put(':id')
  async save(@Param('id') id: string, @Body() { title }: { title: string }): Promise<void> {
    await this.books.save({ id, title });
  }
}

@Module({
  imports: [
    CacheModule.forRootAsync({
      useFactory: () => ({
        databaseUrl,
        namespace: 'books-1',
        ttlMs: 3_600_000,
        consistency: 'bounded' as const,
        principalOf: () => undefined,
        isOutage: () => false,
      }),
    }),
  ],
  controllers: [BooksController],
  providers: [BooksRepository],
})
export class BooksModule {}

const app = await NestFactory.create(BooksModule, new FastifyAdapter(), { logger: false });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.stdout.write(`${await app.getUrl()}\n`);
