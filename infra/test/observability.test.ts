import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EMF_METRICS } from '../../src/metrics/emf-metrics.ts';
import {
  COMBINATIONS,
  INFRA_DIR,
  LARGEST,
  SERVERLESS,
  ofType,
  only,
  synthesise,
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
