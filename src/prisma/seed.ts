import { OperatorError } from '../common/errors/operator-error.js';
import { PrismaService } from './prisma.service.js';
import { SAMPLE_USERS, samplePatients } from './sample/sample-data.js';

export interface SeedOptions {
  /** Gets plain lines for people. */
  readonly log: (line: string) => void;
}

/** Rows that a run added. */
export interface SeedResult {
  readonly patients: number;
  readonly exams: number;
  readonly medications: number;
  readonly users: number;
}

/**
 * Adds the sample data to a migrated database, in one transaction. Rows that exist stay as they are, so a second run changes
 * nothing and raises no version. Whoever calls it refuses it in production.
 * @throws {OperatorError} where the data generator, a development dependency, is not installed
 */
export async function seed(databaseUrl: string, options: SeedOptions): Promise<SeedResult> {
  const samples = await samplePatients();
  return withPrisma(databaseUrl, async (prisma) => {
    const [patients, exams, medications, users] = await prisma.$transaction([
      prisma.patient.createMany({ data: samples.map(({ patient }) => patient), skipDuplicates: true }),
      prisma.exam.createMany({ data: samples.flatMap((sample) => sample.exams), skipDuplicates: true }),
      prisma.medication.createMany({
        data: samples.flatMap((sample) => sample.medications),
        skipDuplicates: true,
      }),
      prisma.user.createMany({ data: [...SAMPLE_USERS], skipDuplicates: true }),
    ]);
    const result = {
      patients: patients.count,
      exams: exams.count,
      medications: medications.count,
      users: users.count,
    };
    options.log(`Sample data: ${describe(result)} added.`);
    return result;
  });
}

/**
 * {@link seed} for a database in which nobody can sign in yet, also where patients were imported already; does nothing to
 * any other, and only says so where the data generator is not installed.
 * @returns whether it added anything
 */
export async function seedIfEmpty(databaseUrl: string, options: SeedOptions): Promise<boolean> {
  const isEmpty = await withPrisma(
    databaseUrl,
    async (prisma) => (await prisma.user.findFirst({ select: { id: true } })) === null,
  );
  if (!isEmpty) return false;
  try {
    const { users } = await seed(databaseUrl, options);
    return users > 0;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    options.log(`The database stays without sample data. ${error.message}`);
    return false;
  }
}

async function withPrisma<T>(databaseUrl: string, work: (prisma: PrismaService) => Promise<T>): Promise<T> {
  const prisma = new PrismaService({ databaseUrl });
  try {
    return await work(prisma);
  } finally {
    await prisma.$disconnect();
  }
}

function describe(result: SeedResult): string {
  return Object.entries(result)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
