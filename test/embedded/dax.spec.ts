import { daxBefore } from '../../src/embedded/index.js';
import { Workbench } from './support/workbench.js';

/** It is not asked before there is a request. */
const ONE = 'http://127.0.0.1:18001';
const ANOTHER = 'http://127.0.0.1:18002';

describe('the embedded dax-local', () => {
  let bench: Workbench;

  beforeEach(() => {
    bench = new Workbench(daxBefore(ONE));
  });
  afterEach(() => bench.close());

  it('is shared by those who have the same DynamoDB, and by nobody else', async () => {
    const user = (dynamodbEndpoint: string) =>
      bench.user({ engine: daxBefore(dynamodbEndpoint), options: { dynamodbEndpoint } });
    const [first, second, other] = [user(ONE), user(`${ONE}/`), user(ANOTHER)];

    const [one, same, another] = await Promise.all([first.address(), second.address(), other.address()]);
    await Promise.all([first, second, other].map((each) => each.release()));

    expect(one).toMatch(/^dax:/);
    expect(same).toBe(one);
    expect(another).not.toBe(one);
  });
});
