import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HealthProbes, type HealthProbe } from '../common/health-probe.js';
import { withDeadline } from '../waiting/deadline.js';
import type { EngineHealth, Readiness } from './dto/health.dto.js';

const PROBE_TIMEOUT_MS = 1_000;

/** Knows whether the service can serve. */
@Injectable()
export class HealthService implements OnModuleDestroy {
  private stopping = false;

  constructor(@Inject(HealthProbes) private readonly probes: readonly HealthProbe[]) {}

  onModuleDestroy(): void {
    this.stopping = true;
  }

  /** Asks all engines at once, each for at most one second. Never rejects. */
  async readiness(): Promise<Readiness> {
    const engines = await Promise.all(this.probes.map((probe) => ask(probe)));
    const allUp = engines.every(({ status }) => status === 'up');
    return { status: this.stopping ? 'stopping' : allUp ? 'ok' : 'unavailable', engines };
  }
}

async function ask(probe: HealthProbe): Promise<EngineHealth> {
  const begun = performance.now();
  const up = await answersInTime(probe);
  const latencyMs = up ? Math.round((performance.now() - begun) * 100) / 100 : null;
  return { name: probe.name, kind: probe.kind, status: up ? 'up' : 'down', latencyMs };
}

function answersInTime(probe: HealthProbe): Promise<boolean> {
  return withDeadline(() => probe.check(), { timeoutMs: PROBE_TIMEOUT_MS }).then(
    () => true,
    () => false,
  );
}
