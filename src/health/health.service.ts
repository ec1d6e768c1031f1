import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HealthProbes, type HealthProbe } from '../common/health-probe.js';
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

async function answersInTime(probe: HealthProbe): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PROBE_TIMEOUT_MS);
  });
  const answer = probe.check().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
