import { callSection } from './sections/calls.js';
import { entrySection } from './sections/entries.js';
import { keySection } from './sections/keys.js';
import { largeEntrySection } from './sections/large-entries.js';
import { leaseSection } from './sections/leases.js';
import { newestSection } from './sections/newest.js';
import { StoreUnderTest, type StorePlace } from './store-under-test.js';

/** What every `CacheStore` must do. @param makePlace makes a place without any entry */
export function storeContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name}, as a store,`, () => {
    let subject: StoreUnderTest | undefined;
    const current = (): StoreUnderTest => {
      if (subject === undefined) throw new Error('used outside a test');
      return subject;
    };

    beforeAll(async () => {
      subject = new StoreUnderTest(await makePlace());
    });
    afterAll(() => current().close());

    entrySection(current);
    keySection(current);
    largeEntrySection(current);
    newestSection(current);
    leaseSection(current);
    callSection(current);
  });
}
