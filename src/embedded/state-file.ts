import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How users reach the keeper that runs now. */
export interface KeeperAddress {
  readonly pid: number;
  /** Loopback TCP port. */
  readonly port: number;
  /** Proves that both sides can read this file; new for every keeper. */
  readonly token: string;
}

/** What is kept between starts. Nothing in it is trusted: it may be old, and its pid may be another program's by now. */
export interface EngineRecord {
  /** Absent: no keeper runs, as far as the last one could tell. */
  readonly keeper?: KeeperAddress;
  /** The port that the engine had, so that its address stays the same. */
  readonly enginePort?: number;
}

const NAME = 'keeper.json';

/** The record in `home`; `absent` when there is none, `damaged` when it cannot be read as one. */
export function readRecord(home: string): EngineRecord | 'absent' | 'damaged' {
  let text: string;
  try {
    text = readFileSync(join(home, NAME), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'damaged';
  }
  try {
    return validRecord(JSON.parse(text)) ?? 'damaged';
  } catch {
    return 'damaged';
  }
}

/** The address of the keeper that wrote the record in `home` last, if it has one. */
export function readKeeperAddress(home: string): KeeperAddress | undefined {
  const record = readRecord(home);
  return typeof record === 'string' ? undefined : record.keeper;
}

/** Replaces the record in one step, readable for its owner alone. Only the keeper, who holds the lock, may call it. */
export function writeRecord(home: string, record: EngineRecord): void {
  const partial = join(home, `${NAME}.partial`);
  writeFileSync(partial, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(partial, join(home, NAME));
}

// By hand, not with zod: loading zod would take longer than everything else that the keeper does at its start.
function validRecord(value: unknown): EngineRecord | undefined {
  if (!isObject(value)) return undefined;
  const { keeper, enginePort } = value;
  if (enginePort !== undefined && !isPort(enginePort)) return undefined;
  if (keeper !== undefined && !isKeeperAddress(keeper)) return undefined;
  return { ...(keeper === undefined ? {} : { keeper }), ...(enginePort === undefined ? {} : { enginePort }) };
}

function isKeeperAddress(value: unknown): value is KeeperAddress {
  return (
    isObject(value) &&
    Number.isSafeInteger(value['pid']) &&
    isPort(value['port']) &&
    typeof value['token'] === 'string'
  );
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
