import { readFile } from 'node:fs/promises';

/** Content of the Dockerfile of all images. */
export const dockerfile = await readFile('docker/Dockerfile', 'utf8');

/** One stage of {@link dockerfile}, and its instructions, each on one line. */
export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly string[];
}

export const stages: readonly Stage[] = dockerfile
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split(/^(?=FROM )/m)
  .flatMap((text) => {
    const [from = '', ...instructions] = text.split('\n').filter((line) => line !== '');
    const [, base, name] = /^FROM (\S+) AS (\S+)$/.exec(from) ?? [];
    return base === undefined || name === undefined ? [] : [{ name, base, instructions }];
  });

export function stage(name: string): Stage {
  const found = stages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`docker/Dockerfile has no stage ${name}`);
  return found;
}

/** The command, in its form without a shell, of the instruction that begins with `start`. */
export function command(name: string, start: 'CMD' | 'ENTRYPOINT' | 'HEALTHCHECK'): readonly string[] {
  const line = stage(name).instructions.find((one) => one.startsWith(`${start} `)) ?? '';
  return JSON.parse(line.slice(line.indexOf('["'))) as string[];
}
