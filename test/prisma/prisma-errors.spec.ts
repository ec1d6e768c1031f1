import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { AppError } from '../../src/common/errors/app-error.js';
import { ifPresent, onDatabase } from '../../src/prisma/prisma-errors.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const AT_ONCE = { attempts: 4, baseDelayMs: 0, random: () => 0 };

describe('errors of the database', () => {
  let database: TestDatabase;
  let prisma: PrismaService;
  beforeAll(async () => {
    database = await createTestDatabase();
    prisma = new PrismaService({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await prisma.$disconnect();
    await database.drop();
  });

  const patient = (id: string = randomUUID()) => ({
    id,
    givenName: 'A',
    familyName: 'B',
    birthDate: new Date('2000-01-01'),
    gender: 'other' as const,
  });
  const raise = (sqlState: string) =>
    prisma.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '${sqlState}'; END $$`);
  const failureOf = async (work: () => Promise<unknown>, expected = {}): Promise<AppError> =>
    onDatabase(work, expected, AT_ONCE).then(
      () => Promise.reject(new Error('it did not fail')),
      (error: unknown) => error as AppError,
    );

  it.each([
    ['08006', 'DATABASE_UNAVAILABLE'],
    ['25006', 'DATABASE_UNAVAILABLE'],
    ['53100', 'DATABASE_UNAVAILABLE'],
    ['53300', 'DATABASE_UNAVAILABLE'],
    ['57014', 'DATABASE_UNAVAILABLE'],
    ['57P01', 'DATABASE_UNAVAILABLE'],
    ['57P03', 'DATABASE_UNAVAILABLE'],
    ['22001', 'ENTITY_UNPROCESSABLE'],
    ['22003', 'ENTITY_UNPROCESSABLE'],
    ['22008', 'ENTITY_UNPROCESSABLE'],
    ['22021', 'ENTITY_UNPROCESSABLE'],
    ['22P02', 'ENTITY_UNPROCESSABLE'],
    ['23502', 'ENTITY_UNPROCESSABLE'],
    ['23514', 'ENTITY_UNPROCESSABLE'],
    ['54000', 'ENTITY_UNPROCESSABLE'],
    ['40001', 'CONFLICT'],
    ['40P01', 'CONFLICT'],
  ])('SQLSTATE %s: %s, its cause kept, its message not', async (sqlState, code) => {
    const error = await failureOf(() => raise(sqlState));

    expect(error).toBeInstanceOf(AppError);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('secret');
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.retryAfterSeconds).toBe(code === 'DATABASE_UNAVAILABLE' ? 1 : undefined);
  });

  it.each([
    ['a mistake in our SQL', () => prisma.$queryRawUnsafe('SELEC')],
    ['a table that is not there', () => prisma.$queryRawUnsafe('SELECT * FROM nothing')],
    ['a mistake in our code', () => Promise.reject(new TypeError('x'))],
  ])('%s: passes as it is', async (_, work) => {
    const error: unknown = await failureOf(work);

    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(AppError);
  });

  it('a row that is there twice: CONFLICT', async () => {
    const data = patient();
    await prisma.patient.create({ data });

    expect((await failureOf(() => prisma.patient.create({ data }))).code).toBe('CONFLICT');
  });

  it('a reference to nothing: the caller’s error, else CONFLICT', async () => {
    const exam = {
      id: randomUUID(),
      patientId: randomUUID(),
      code: 'a',
      codeSystem: 'b',
      name: 'c',
      date: new Date(),
    };
    const insert = () => prisma.exam.create({ data: exam });
    const referenceMissing = () => new AppError('PATIENT_NOT_FOUND', 'x');

    expect((await failureOf(insert, { referenceMissing })).code).toBe('PATIENT_NOT_FOUND');
    expect((await failureOf(insert)).code).toBe('CONFLICT');
  });

  it('a violated CHECK: the caller’s error by its name, else ENTITY_UNPROCESSABLE', async () => {
    const insert = () => prisma.patient.create({ data: { ...patient(), deathDate: new Date('1999-01-01') } });
    const checks = { patient_death_date_check: () => new AppError('EXAM_NOT_FOUND', 'x') };

    expect((await failureOf(insert, { checks })).code).toBe('EXAM_NOT_FOUND');
    expect((await failureOf(insert, { checks: {} })).code).toBe('ENTITY_UNPROCESSABLE');
  });

  it('ifPresent: the row; undefined when it is not there; other failures pass', async () => {
    const { id } = await prisma.patient.create({ data: patient() });
    const change = (where: string) => prisma.patient.update({ where: { id: where }, data: { phone: '1' } });

    expect(await ifPresent(change(id))).toMatchObject({ id, phone: '1' });
    expect(await ifPresent(change(randomUUID()))).toBeUndefined();
    await expect(ifPresent(change('no uuid'))).rejects.toThrow();
  });

  describe('retries', () => {
    it('a transaction that loses against another is run again, and then succeeds', async () => {
      const { id } = await prisma.patient.create({ data: patient() });
      let runs = 0;

      await onDatabase(() =>
        prisma.$transaction(
          async (transaction) => {
            runs += 1;
            await transaction.patient.findUnique({ where: { id } });
            if (runs < 3) await prisma.patient.update({ where: { id }, data: { phone: `other ${runs}` } });
            await transaction.patient.update({ where: { id }, data: { phone: 'mine' } });
          },
          { isolationLevel: 'RepeatableRead' },
        ),
      );

      expect(runs).toBe(3);
      expect(await prisma.patient.findUnique({ where: { id } })).toMatchObject({ phone: 'mine' });
    });

    it.each([
      ['40001', 4],
      ['23514', 1],
      ['57P01', 1],
    ])('%s is tried %i times', async (sqlState, expected) => {
      let runs = 0;
      await failureOf(() => {
        runs += 1;
        return raise(sqlState);
      });

      expect(runs).toBe(expected);
    });
  });

  describe('a database that cannot be used: DATABASE_UNAVAILABLE', () => {
    const failureAt = async (change: (url: URL) => unknown) => {
      const url = new URL(database.url);
      change(url);
      const service = new PrismaService({ databaseUrl: url.href });
      try {
        const [plain, raw, inTransaction] = [
          await failureOf(() => service.patient.findMany()),
          await failureOf(() => service.$queryRaw`SELECT 1`),
          await failureOf(() => service.$transaction([service.patient.findMany()])),
        ];
        expect([raw.code, inTransaction.code]).toEqual([plain.code, plain.code]);
        return plain.code;
      } finally {
        await service.$disconnect();
      }
    };

    it('nobody listens', async () => {
      expect(await failureAt((url) => (url.port = '1'))).toBe('DATABASE_UNAVAILABLE');
    });

    it('its host is unknown', async () => {
      expect(await failureAt((url) => (url.hostname = 'nowhere.invalid'))).toBe('DATABASE_UNAVAILABLE');
    });

    it('it does not exist', async () => {
      expect(await failureAt((url) => (url.pathname = '/nothing'))).toBe('DATABASE_UNAVAILABLE');
    });

    it('the user does not exist', async () => {
      expect(await failureAt((url) => (url.username = 'nobody'))).toBe('DATABASE_UNAVAILABLE');
    });

    it('whoever listens resets the connection', async () => {
      const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const code = await failureAt((url) => (url.port = String(port))).finally(() => server.close());

      expect(code).toBe('DATABASE_UNAVAILABLE');
    });

    it('it has no TLS', async () => {
      expect(await failureAt((url) => url.searchParams.set('sslmode', 'verify-full'))).toBe(
        'DATABASE_UNAVAILABLE',
      );
    });

    it('whoever listens hangs up', async () => {
      const server = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const code = await failureAt((url) => (url.port = String(port))).finally(() => server.close());

      expect(code).toBe('DATABASE_UNAVAILABLE');
    });

    it('the connection is cut in the middle of a statement', async () => {
      const cut = () => prisma.$queryRawUnsafe('SELECT pg_terminate_backend(pg_backend_pid())');

      expect((await failureOf(cut)).code).toBe('DATABASE_UNAVAILABLE');
      expect(await onDatabase(() => prisma.patient.count())).toBeGreaterThanOrEqual(0);
    });
  });
});
