import { connect } from 'node:net';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { eventually } from './support/eventually.js';
import { FAKE, Workbench } from './support/workbench.js';

/** What the fake engine answers: its pid. */
async function ask(address: string): Promise<number> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  const [pid] = (await once(socket, 'data')) as [Buffer];
  return Number(pid.toString());
}

describe('the life of an embedded engine', () => {
  let bench: Workbench;

  beforeEach(() => {
    bench = new Workbench(FAKE);
  });
  afterEach(() => bench.close());

  it('starts for its first user and answers', async () => {
    const address = await bench.user().address();

    expect(await ask(address)).toBe(await bench.enginePid());
  });

  it('has ended when its only user has let go of it, however long that takes', async () => {
    const user = bench.user({ options: { stopMs: 500 } });
    await user.address();

    await user.release();

    expect(await bench.enginePids()).toEqual([]);
  });

  it('is shared by a second process, and ends with the last of the two', async () => {
    const [first, second] = [bench.user(), bench.user()];
    expect(await second.address()).toBe(await first.address());
    expect(bench.starts()).toBe(1);

    await first.release();
    expect(await ask(await second.address())).toBe(await bench.enginePid());

    await second.release();
    expect(await bench.enginePids()).toEqual([]);
  });

  it('ends when its only user is killed', async () => {
    const user = bench.user();
    await user.address();

    await user.kill();

    await bench.engineEnds();
  });

  it('ends when its only user exits without letting go of it', async () => {
    const user = bench.user();
    await user.address();

    await user.exit();

    await bench.engineEnds();
  });

  it('runs on when one of two users is killed', async () => {
    const [first, second] = [bench.user(), bench.user()];
    const pid = await ask(await first.address());
    await second.address();

    await first.kill();
    await bench.user().address();

    expect(await ask(await second.address())).toBe(pid);
  });

  it('goes on for a process that starts right after the only user was killed', async () => {
    const user = bench.user();
    const pid = await ask(await user.address());

    await user.kill();

    expect(await ask(await bench.user().address())).toBe(pid);
  });

  it('ends when the process that started its keeper is gone before it has connected', async () => {
    const request = { home: bench.makeHome(), module: FAKE.module, options: {} };
    const keeper = spawn(
      process.execPath,
      [resolve('dist/embedded/keeper/main.js'), JSON.stringify(request)],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    await eventually('the engine runs', () => bench.enginePid());

    // What the operating system does when that process is killed.
    keeper.stdin.destroy();

    expect(await once(keeper, 'exit')).toEqual([0, null]);
    expect(await bench.enginePids()).toEqual([]);
  });

  it('is one engine for four processes that start at the same instant', async () => {
    const users = [bench.user(), bench.user(), bench.user(), bench.user()];

    const addresses = await Promise.all(users.map((user) => user.address()));

    expect(new Set(addresses).size).toBe(1);
    expect(bench.starts()).toBe(1);
    expect(await bench.enginePids()).toHaveLength(1);
  });

  it('is there for processes that come and go at the same time', async () => {
    const rounds = Array.from({ length: 3 }, async () => {
      for (let i = 0; i < 3; i += 1) {
        const user = bench.user();
        expect(await ask(await user.address())).toBeGreaterThan(0);
        await user.release();
      }
    });

    // All of them end before the test does, also when one fails.
    expect((await Promise.allSettled(rounds)).filter(({ status }) => status === 'rejected')).toEqual([]);
    await bench.engineEnds();
  });

  it('has the same address at its next start', async () => {
    const user = bench.user();
    const address = await user.address();
    await user.release();

    expect(await bench.user().address()).toBe(address);
    expect(bench.starts()).toBe(2);
  });

  it('survives the Ctrl-C that its user gets, until the user is done', async () => {
    const user = bench.user();
    const address = await user.address();

    user.interrupt();
    await user.line(/interrupted/);

    expect(await ask(address)).toBe(await bench.enginePid());
  });

  it('gives its users time when the system asks everything to end', async () => {
    const user = bench.user();
    const address = await user.address();

    process.kill(bench.keeperPid(), 'SIGTERM');

    expect(await ask(address)).toBe(await bench.enginePid());
    await user.release();
    expect(await bench.enginePids()).toEqual([]);
  });
});
