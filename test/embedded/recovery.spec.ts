import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { eventually } from './support/eventually.js';
import { FAKE, Workbench } from './support/workbench.js';

describe('an embedded engine after something was killed or damaged', () => {
  let bench: Workbench;
  let server: Server | undefined;

  beforeEach(() => {
    bench = new Workbench(FAKE);
    server = undefined;
  });
  afterEach(async () => {
    server?.close();
    await bench.close();
  });

  async function occupy(port: number): Promise<number> {
    server = createServer(() => undefined);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  it('the engine is killed: it is started again at its address, and its users hear of it', async () => {
    const [first, second] = [bench.user(), bench.user()];
    const address = await first.address();
    await second.address();

    await bench.kill(await bench.enginePid());

    expect(await first.line(/restarting/)).toBe('Fake engine: restarting: it was ended by SIGKILL');
    await second.line(/restarting/);
    await eventually('it is ready', async () => (await first.state()).status === 'ready');
    expect(await bench.user().address()).toBe(address);
  });

  it('the engine dies again and again: its users are told why, and a new start tries anew', async () => {
    const user = bench.user();
    await user.address();
    let last = 0;
    for (let deaths = 0; deaths < 4; deaths += 1) {
      last = await eventually('it runs again', async () => {
        const pid = await bench.enginePid();
        return pid !== last && (await user.state()).status === 'ready' && pid;
      });
      process.kill(last, 'SIGKILL');
    }

    const state = await eventually('it is given up', async () => {
      const now = await user.state();
      return now.status === 'unavailable' ? now : undefined;
    });

    expect(state.reason).toBe(
      'Fake engine ended 4 times within a minute, at last because it was ended by SIGKILL',
    );
    expect(await bench.enginePids()).toEqual([]);
    await expect(bench.user().address()).resolves.toMatch(/^tcp:/);
  });

  it('the keeper is killed: its users get a new one, at the same address', async () => {
    const [first, second] = [bench.user(), bench.user()];
    const address = await first.address();
    await second.address();
    const engine = await bench.enginePid();

    await bench.kill(bench.keeperPid());

    await first.line(/restarting/);
    await second.line(/restarting/);
    for (const user of [first, second]) {
      await eventually('it is ready', async () => (await user.state()).status === 'ready');
    }
    expect(await bench.enginePid()).not.toBe(engine);
    expect(await bench.user().address()).toBe(address);
    await first.release();
    expect(await bench.enginePids()).toHaveLength(1);
  });

  it('the keeper and its user are killed: the next start stops the engine they left', async () => {
    const user = bench.user();
    const address = await user.address();
    const orphan = await bench.enginePid();
    await bench.kill(user.pid, bench.keeperPid());
    expect(await bench.enginePids()).toEqual([orphan]);

    const next = bench.user();

    expect(await next.address()).toBe(address);
    expect(await next.line(/left behind/)).toContain(`(pid ${orphan}): stopped it`);
    expect(await bench.enginePid()).not.toBe(orphan);
  });

  it('an engine is left and its record is garbage: the next start still finds and stops it', async () => {
    const user = bench.user();
    await user.address();
    const orphan = await bench.enginePid();
    await bench.kill(user.pid, bench.keeperPid());
    writeFileSync(join(bench.home, 'keeper.json'), '{"keeper": {"pid": ');

    const next = bench.user();
    await next.address();

    await next.line(/last run is damaged/);
    expect(await bench.enginePids()).not.toContain(orphan);
    expect(await bench.enginePids()).toHaveLength(1);
  });

  it('everything is killed: the next start works', async () => {
    const user = bench.user();
    const address = await user.address();
    await bench.kill(user.pid, bench.keeperPid(), await bench.enginePid());

    expect(await bench.user().address()).toBe(address);
  });

  it('the record names a pid and a port that are other programs by now: both are left alone', async () => {
    const bystander = bench.bystander();
    const port = await occupy(0);
    bench.makeHome();
    const keeper = { pid: bystander.pid, port, token: 'of an earlier keeper' };
    writeFileSync(join(bench.home, 'keeper.json'), JSON.stringify({ keeper, enginePort: port }));

    await bench.user().address();

    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
  });

  it('its port is taken by another program: it moves, says so once, and stays there', async () => {
    const first = bench.user();
    const before = Number(new URL(await first.address()).port);
    await first.release();
    await occupy(before);

    const second = bench.user();
    const after = Number(new URL(await second.address()).port);

    expect(after).not.toBe(before);
    expect(await second.line(/taken/)).toBe(
      `Fake engine: port ${before} is taken by another program: Fake engine moves to port ${after}`,
    );
    await second.release();
    server?.close();
    expect(Number(new URL(await bench.user().address()).port)).toBe(after);
  });

  it('the lock file is garbage: it is made anew', async () => {
    writeFileSync(join(bench.makeHome(), 'keeper.lock'), 'x'.repeat(5_000));

    await expect(bench.user().address()).resolves.toMatch(/^tcp:/);
  });

  it('DATA_DIR is deleted while the engine runs: the old users are told when it ends, a new start is not disturbed', async () => {
    const old = bench.user();
    await old.address();
    rmSync(bench.dataDir, { recursive: true });

    const next = bench.user();
    await next.address();

    const { reason } = await eventually('the old user hears of it', async () => {
      const state = await old.state();
      return state.status === 'unavailable' ? state : undefined;
    });
    expect(reason).toContain('folder');
    expect((await next.state()).status).toBe('ready');
    expect(await bench.enginePids()).toHaveLength(1);
  });

  it('a log that has grown is begun anew at the next start', async () => {
    writeFileSync(join(bench.makeHome(), 'engine.log'), 'old line\n'.repeat(1_000));

    await bench.user().address();

    expect(readFileSync(join(bench.home, 'engine.log'), 'utf8')).not.toContain('old line');
  });
});
