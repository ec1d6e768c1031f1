// The running service, as a client sees it.
const LARGEST_BYTES = 17_000;

/** A token of a clinician. */
export async function tokenOf(url) {
  const response = await fetch(`${url}/api/dev/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle: 'ana' }),
  });
  return (await response.json()).token;
}

/** Of the records under `LARGEST_BYTES`; it is in the cache then. */
export async function largestRecord(url, headers) {
  const { items } = await (await fetch(`${url}/api/patients?limit=100`, { headers })).json();
  let largest = { path: undefined, record: Buffer.alloc(0) };
  for (const { id } of items) {
    const path = `/api/patients/${id}`;
    const record = Buffer.from(await (await fetch(url + path, { headers })).arrayBuffer());
    if (record.length < LARGEST_BYTES && record.length > largest.record.length) largest = { path, record };
  }
  return largest;
}
