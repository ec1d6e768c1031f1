import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { limitTable } from '../cost/limit-table.ts';
import {
  connectionUse,
  hotPartitionUse,
  hottestShare,
  notifyWaitMs,
  passedLimits,
  seeded,
} from '../cost/limits.ts';
import { loadOf, monthlyCost } from '../cost/model.ts';
import { costTable } from '../cost/table.ts';
import { INFRA_DIR } from './support/synthesis.ts';

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-6 * Math.max(1, expected), `${actual}, not ${expected}`);

describe('costs', () => {
  it('units of 100 requests a second, by hand: 95 reads, 19 look-ups, 1.9 loads, 1 message', () => {
    const load = loadOf(100, 'DynamoDB');
    near(load.readUnits, 9.5);
    near(load.loads, 1.9);
    near(load.writeUnits, 1.9 * 6 + 10);
    near(load.calls, 19 + 1.9 * 3 + 1);
    near(loadOf(100, 'DAX').readUnits, 9.5 * 0.05);
    near(loadOf(100, 'no cache').loads, 95);
  });

  it('the tables of a month, by hand', () => {
    const seconds = 730 * 3_600;
    const usd = ((9.5 * 0.1525 + 21.4 * 0.7625) * seconds) / 1_000_000;
    near(monthlyCost(100, 'DynamoDB').tables, usd);
  });

  it('the total is the sum of its parts', () => {
    const { total, ...parts } = monthlyCost(10_000, 'DAX');
    near(
      Object.values(parts).reduce((sum, part) => sum + part, 0),
      total,
    );
  });

  it('the cache pays at 10,000 requests a second, and DAX does not at 1', () => {
    assert.ok(monthlyCost(10_000, 'DynamoDB').total < monthlyCost(10_000, 'no cache').total);
    assert.ok(monthlyCost(1, 'DAX').total > monthlyCost(1, 'DynamoDB').total);
  });
});

describe('limits', () => {
  it('the shares of 1/n add up: the hottest of two has two thirds', () => {
    near(hottestShare(2), 2 / 3);
  });

  it('without L1 one partition carries less than with it', () => {
    assert.ok(hotPartitionUse(100_000, false) > 1);
    assert.ok(hotPartitionUse(100_000, false) > hotPartitionUse(10_000, true));
  });

  it('the wait for NOTIFY is that of the theory at half load, and without end above the rate of commits', () => {
    // M/D/1 at utilisation 0.5: the mean wait is half a commit (Pollaczek-Khinchine), so the 95th percentile is some commits.
    const half = notifyWaitMs(1_000, seeded(7), 10);
    assert.ok(half > 10 && half < 40, String(half));
    assert.equal(notifyWaitMs(2_000, seeded(7), 10), Number.POSITIVE_INFINITY);
  });

  it('the first limit is NOTIFY', () => {
    assert.deepEqual(passedLimits(5_000, seeded(1)), []);
    assert.deepEqual(passedLimits(10_000, seeded(1)), ['NOTIFY']);
  });

  it('connections grow with instances', () => {
    near(connectionUse(100_000), (100 * 21) / 3_000);
  });
});

describe('docs/deploy.md', () => {
  const squeezed = (text: string) => text.replace(/[ -]+/g, ' ');
  const document = squeezed(readFileSync(join(INFRA_DIR, '../docs/deploy.md'), 'utf8'));

  it('has the tables that the scripts compute', () => {
    assert.ok(document.includes(squeezed(costTable())), `\n${costTable()}`);
    assert.ok(document.includes(squeezed(limitTable())), `\n${limitTable()}`);
  });
});
