import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EMF_METRICS } from '../../src/metrics/emf/emf-metrics.ts';
import {
  COMBINATIONS,
  INFRA_DIR,
  LARGEST,
  SERVERLESS,
  ofType,
  only,
  synthesise,
  type Found,
} from './support/synthesis.ts';

type Json = Record<string, unknown>;
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s+/g, '-');
const anchors = new Set(
  readFileSync(join(INFRA_DIR, '../docs/runbook.md'), 'utf8')
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) => anchorOf(line.replace(/^#+ /, ''))),
);
const alarmsOf = (synthesis: ReturnType<typeof synthesise>) =>
  ofType(synthesis, 'AWS::CloudWatch::Alarm').filter(({ stack }) => stack.endsWith('Observability'));
const boardOf = (synthesis: ReturnType<typeof synthesise>) =>
  JSON.stringify(only(synthesis, 'AWS::CloudWatch::Dashboard')).replaceAll('\\', '');

/** The one metric of an alarm. A metric with a label stands in a list of expressions and metrics. */
function metricOf({ logicalId, resource }: Found) {
  const { Metrics: metrics, ...plain } = resource.Properties as Json;
  if (metrics === undefined)
    return { name: plain['MetricName'], stat: plain['Statistic'], ...plain } as Watched;
  const [only, ...others] = metrics as { MetricStat?: { Metric: Json; Period: number; Stat: string } }[];
  const stat = only?.MetricStat;
  assert.ok(stat !== undefined && others.length === 0, `${logicalId} is an expression`);
  const { Metric, Period, Stat } = stat;
  return { name: Metric['MetricName'], stat: Stat, Period, ...Metric } as Watched;
}
interface Watched {
  readonly name: string;
  readonly stat: string;
  readonly Period: number;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

describe('alarms', () => {
  it('each says what to do, in a section of the runbook that is there, and tells somebody', () => {
    for (const combination of COMBINATIONS) {
      const found = alarmsOf(synthesise(combination));
      assert.ok(found.length >= 9);
      for (const { logicalId, resource } of found) {
        const description = String(resource.Properties?.['AlarmDescription']);
        const anchor = /docs\/runbook\.md#([\w-]+)$/.exec(description)?.[1] ?? '';
        assert.ok(anchors.has(anchor), `${logicalId}: ${anchor}`);
        assert.equal((resource.Properties?.['AlarmActions'] as unknown[]).length, 1);
      }
    }
  });

  it('each rings after as many minutes as it says: one metric, by the minute', () => {
    const minutesOf = (of: ReturnType<typeof synthesise>) =>
      Object.fromEntries(
        alarmsOf(of).map((alarm) => {
          const { EvaluationPeriods: periods, DatapointsToAlarm } = alarm.resource.Properties as Json;
          assert.equal(DatapointsToAlarm, undefined, alarm.logicalId);
          const seconds = metricOf(alarm).Period * Number(periods);
          return [alarm.logicalId.replace(/[0-9A-F]{8}$/, ''), seconds / 60];
        }),
      );
    const serverless = {
      Inconsistency: 1,
      BreakerOpen: 5,
      LoadFailures: 5,
      ThrottlesCacheReads: 3,
      ThrottlesCacheWrites: 3,
      ThrottlesMessagesReads: 3,
      ThrottlesMessagesWrites: 3,
      StreamLag: 5,
      StreamFailures: 1,
      DatabaseCapacity: 10,
      ServerErrors: 3,
    };
    assert.deepEqual(minutesOf(synthesise(SERVERLESS)), serverless);
    assert.deepEqual(minutesOf(synthesise(LARGEST)), {
      ...serverless,
      FeedNotLive: 5,
      DaxErrors: 3,
      BalancerErrors: 3,
      NoHealthyInstance: 2,
    });
  });

  it('throttled reads ring without any throttled writes, and the other way about, on either table', () => {
    const watched = alarmsOf(synthesise(LARGEST))
      .filter(({ logicalId }) => logicalId.startsWith('Throttles'))
      .map(metricOf)
      .map(({ Dimensions, name }) => `${Dimensions?.[0]?.Value} ${name}`);
    assert.deepEqual(watched.sort(), [
      'cache-production ReadThrottleEvents',
      'cache-production WriteThrottleEvents',
      'messages-production ReadThrottleEvents',
      'messages-production WriteThrottleEvents',
    ]);
  });

  it('a total outage rings: the balancer answers itself, has no healthy instance, or is not heard of', () => {
    const rings = (of: ReturnType<typeof synthesise>, metric: string) =>
      alarmsOf(of)
        .filter((alarm) => metricOf(alarm).name === metric)
        .map((alarm) => {
          const { ComparisonOperator, Threshold, TreatMissingData } = alarm.resource.Properties as Json;
          return [metricOf(alarm).stat, ComparisonOperator, Threshold, TreatMissingData].join(' ');
        });
    const errors = ['Sum GreaterThanThreshold 5 notBreaching'];
    assert.deepEqual(rings(synthesise(LARGEST), 'HTTPCode_Target_5XX_Count'), errors);
    assert.deepEqual(rings(synthesise(LARGEST), 'HTTPCode_ELB_5XX_Count'), errors);
    assert.deepEqual(rings(synthesise(LARGEST), 'HealthyHostCount'), [
      'Maximum LessThanThreshold 1 breaching',
    ]);
    assert.deepEqual(rings(synthesise(SERVERLESS), '5xx'), errors);
  });

  it('every section of an acknowledgement is there too', () => {
    for (const anchor of ['rotate-the-database-password', 'rotate-the-cache-key', 'the-region-is-lost']) {
      assert.ok(anchors.has(anchor), anchor);
    }
  });

  it('a function has no feed, so nobody is woken for it', () => {
    const ids = (of: ReturnType<typeof synthesise>) =>
      alarmsOf(of).map(({ logicalId }) => logicalId.slice(0, 11));
    assert.ok(ids(synthesise(LARGEST)).includes('FeedNotLive'));
    assert.ok(!ids(synthesise(SERVERLESS)).includes('FeedNotLive'));
  });
});

describe('dashboard', () => {
  it('shows what the service says under the names that it says, and the service is told to', () => {
    const namespace = 'Careline/production';
    const shown = new Set(
      [...boardOf(synthesise(LARGEST)).matchAll(new RegExp(`"${namespace}","(\\w+)"`, 'g'))].map(
        ([, name]) => name,
      ),
    );
    assert.ok(shown.size >= 15);
    for (const name of shown) assert.ok(Object.hasOwn(EMF_METRICS, name ?? ''), name);
    assert.match(
      JSON.stringify(ofType(synthesise(LARGEST), 'AWS::ECS::TaskDefinition')),
      /"METRICS_EMF","Value":"Careline\/production"/,
    );
  });

  it('has capacity, throttles, expiry, DAX, the stream and the cost', () => {
    const board = boardOf(synthesise(LARGEST));
    for (const metric of [
      'ConsumedReadCapacityUnits',
      'ReadThrottleEvents',
      'TimeToLiveDeletedItemCount',
      'ItemCacheHits',
      'EvictedSize',
      'IteratorAge',
      'CostUsd',
      'FeedLive',
      'BreakerOpen',
    ]) {
      assert.ok(board.includes(`"${metric}"`), metric);
    }
    assert.ok(!boardOf(synthesise(SERVERLESS)).includes('AWS/DAX'));
  });
});

describe('trail', () => {
  it('has every read and write of both tables, encrypted, with digests', () => {
    const trail = only(synthesise(LARGEST), 'AWS::CloudTrail::Trail');
    assert.equal(trail['EnableLogFileValidation'], true);
    assert.ok(trail['KMSKeyId']);
    const [selector] = trail['AdvancedEventSelectors'] as [{ FieldSelectors: Json[] }];
    const arns = selector.FieldSelectors.find(({ Field }) => Field === 'resources.ARN')?.[
      'Equals'
    ] as string[];
    assert.deepEqual(
      arns.map((arn) => arn.split('/')[1]),
      ['cache-production', 'messages-production'],
    );
    assert.ok(!selector.FieldSelectors.some(({ Field }) => Field === 'readOnly'));
  });
});
