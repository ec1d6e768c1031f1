/** A path pattern of a route, such as `/api/patients/:id`, as far as routes have them: names, `:parameter`, `*rest`. */
export class PathPattern {
  private readonly segments: readonly string[];

  constructor(readonly text: string) {
    this.segments = text.split('/').slice(1);
  }

  /** The path parameters of `path`, decoded; undefined when it does not match, or is not well-formed. */
  match(path: string): Readonly<Record<string, string>> | undefined {
    const parts = path.split('/').slice(1);
    const params: Record<string, string> = {};
    for (const [i, segment] of this.segments.entries()) {
      const isRest = segment.startsWith('*');
      if (i >= parts.length) return undefined;
      const value = decode(isRest ? parts.slice(i).join('/') : (parts[i] ?? ''));
      if (value === undefined) return undefined;
      if (isRest) return { ...params, '*': value };
      if (!segment.startsWith(':')) {
        if (segment !== value) return undefined;
      } else if (value === '') return undefined;
      else params[segment.slice(1)] = value;
    }
    return parts.length === this.segments.length ? params : undefined;
  }

  /** Sorts patterns as a router prefers them: at the first difference a name before a parameter before the rest. */
  compare({ segments }: PathPattern): number {
    for (const [i, segment] of this.segments.entries()) {
      const difference = rank(segment) - rank(segments[i] ?? '');
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

function rank(segment: string): number {
  return segment.startsWith('*') ? 2 : segment.startsWith(':') ? 1 : 0;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
