import { parseTag, type Tag } from './tag.js';
import { parseVersion, type Version } from './version.js';

/** `drop`: more changed than is worth telling one by one. */
export type Notification =
  { readonly kind: 'bump'; readonly tag: Tag; readonly version: Version } | { readonly kind: 'drop' };

/**
 * Reads the payload of a notification: `<counter>.<nonce> <tag>`, or `*` for "drop your map". What cannot be read means
 * that something changed which we do not understand: it drops the map as well.
 */
export function parseNotification(payload: string): Notification {
  const space = payload.indexOf(' ');
  const version = space < 0 ? undefined : parseVersion(payload.slice(0, space));
  if (version === undefined) return { kind: 'drop' };
  try {
    return { kind: 'bump', tag: parseTag(payload.slice(space + 1)), version };
  } catch {
    return { kind: 'drop' };
  }
}
