import type { Family } from '../common/metric-family.js';
import type { LiveHub } from './live/live-hub.js';
import type { StreamCounts } from './stream/stream-counts.js';

const MS_PER_SECOND = 1_000;

/** What Prometheus may know of the stream of messages and its live clients. */
export function messagingFamilies(counts: StreamCounts, hub: LiveHub): readonly Family[] {
  return [
    counter(
      'careline_messaging_stream_events_total',
      'Messages appended to the log of events.',
      () => counts.appended,
    ),
    counter(
      'careline_messaging_stream_healed_total',
      'Writes whose tags were raised for a dead writer.',
      () => counts.healed,
    ),
    counter(
      'careline_messaging_stream_poison_total',
      'Records of the stream that were set aside.',
      () => counts.poison,
    ),
    counter(
      'careline_messaging_stream_gaps_total',
      'Gaps in the stream, each answered by raising `messages`.',
      () => counts.gaps,
    ),
    gauge(
      'careline_messaging_stream_lag_seconds',
      'Age of the last record when it was done.',
      () => counts.lagMs / MS_PER_SECOND,
    ),
    gauge('careline_messaging_stream_owner', '1 where this process reads the stream.', () =>
      Number(counts.isOwner),
    ),
    gauge('careline_messaging_live_clients', 'Clients that follow their messages.', () => hub.clientCount),
    counter('careline_messaging_live_delivered_total', 'Events sent to live clients.', () => hub.delivered),
    counter(
      'careline_messaging_live_dropped_total',
      'Live clients dropped for being slow.',
      () => hub.dropped,
    ),
  ];
}

function counter(name: string, help: string, value: () => number): Family {
  return { name, help, kind: 'counter', samples: () => [[{}, value()]] };
}

function gauge(name: string, help: string, value: () => number): Family {
  return { name, help, kind: 'gauge', samples: () => [[{}, value()]] };
}
