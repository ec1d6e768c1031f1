const ENTITY_TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;
const ONE_ENTITY_TAG = new RegExp(`^${ENTITY_TAG.source}$`);

/** Whether `text` is one entity tag, strong or weak (RFC 9110, section 8.8.3). */
export function isEntityTag(text: string): boolean {
  return ONE_ENTITY_TAG.test(text);
}

/** RFC 9110, section 13.1.2: whether the client already has `etag`. Compared weakly, as the RFC says. */
export function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  const opaque = etag.startsWith('W/') ? etag.slice(2) : etag;
  for (const [, clientTag] of ifNoneMatch.matchAll(ENTITY_TAG)) {
    if (clientTag === opaque) return true;
  }
  return false;
}
