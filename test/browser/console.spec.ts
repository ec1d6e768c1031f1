import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { createTestTable, type TestTable } from '../support/dynamodb.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';

const PHONE = { width: 375, height: 812 };

describe('the console at /cache', () => {
  let table: TestTable;
  let network: TcpProxy;
  let clinic: Clinic;
  let browser: Browser;
  let faults: string[];
  let page: Page;

  beforeAll(async () => {
    table = await createTestTable();
    const endpoint = table.connection.endpoint ?? '';
    network = await TcpProxy.start(endpoint);
    clinic = await openClinic({
      CACHE_STORE: 'dynamo',
      CACHE_TABLE: table.name,
      DYNAMODB_ENDPOINT: network.through(endpoint),
      CACHE_L2_TIMEOUT_MS: '5000',
    });
    browser = await launchChromium();
  }, 60_000);
  beforeEach(() => {
    faults = [];
  });
  afterEach(async () => {
    await page.context().close();
    // Among them violations of the content security policy, which Chromium reports as errors.
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await clinic.close();
    await network.stop();
    await table.drop();
  });

  /** A page of its own, which notes errors and every request to somewhere else. */
  const visit = async (options: BrowserContextOptions = {}) => {
    page = await browser.newPage(options);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${clinic.app.url}/`)) faults.push(`asked ${request.url()}`);
    });
    await page.goto(`${clinic.app.url}/cache`);
  };
  const signIn = async (options: BrowserContextOptions = {}) => {
    await visit(options);
    await page.getByLabel('Access token').fill(clinic.admin.token ?? '');
    await page.keyboard.press('Enter');
    await page.getByText('All is well').waitFor();
  };
  const read = async (id: string) =>
    (await clinic.clinician.get(`/api/patients/${id}`)).headers.get('cache-status');
  const text = (id: string) => page.locator(id).innerText();
  const violations = async () => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<AxeResults>('axe.run()');
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };
  const isWiderThan = (width: number) =>
    page.evaluate<boolean>(`document.documentElement.scrollWidth > ${width}`);

  it('refuses the token of a clinician, says why, and keeps nothing', async () => {
    await visit();
    await page.getByLabel('Access token').fill(clinic.clinician.token ?? '');
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('alert').filter({ hasText: 'not an admin' }).waitFor();

    expect(await page.locator('#console').isVisible()).toBe(false);
    expect(await page.evaluate('sessionStorage.length + document.cookie.length')).toBe(0);
    // The refusal itself, which Chromium logs.
    expect(faults.splice(0)).toEqual([expect.stringContaining('403')]);
  });

  it('in development one click signs in; a page that is loaded again stays so, until signed out', async () => {
    await visit();
    await page.getByRole('button', { name: 'Use the development admin' }).click();
    await page.getByText('All is well').waitFor();
    await page.reload();
    await page.getByText('All is well').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();

    expect(await page.getByLabel('Access token').inputValue()).toBe('');
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('traffic moves figures and graphs', async () => {
    await signIn();
    const painted = () =>
      page.evaluate<number>(`(() => {
        const canvas = document.querySelector('#traffic canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, i) => i % 4 === 3 && value > 0).length;
      })()`);
    const before = await painted();
    const id = await clinic.rows.patient();
    await waitUntil('the graph has an area', async () => {
      await Promise.all(Array.from({ length: 20 }, () => read(id)));
      return (await painted()) > before + 100;
    });
    await waitUntil('L1 answers', async () => /L1 (?!0)/.test(await text('#hit-split-text')));

    expect(await text('#hit-ratio')).toMatch(/^\d+(\.\d)? %$/);
    expect(await text('#request-rate')).not.toBe('0.0');
    expect(await text('#route-rows')).toContain('PatientsController.record');
    expect(await text('#latency-rows')).toMatch(/L1, this process\s+\d+\s+[\d.]+ ms/);
    expect(await page.locator('#traffic .plot').getAttribute('aria-label')).toMatch(/L1 [\d.]+/);
  });

  it('a flush asks first; cancelled it does nothing, confirmed it shows', async () => {
    await signIn();
    const id = await clinic.rows.patient();
    await read(id);
    const before = await clinic.rows.version('*');
    await page.getByRole('button', { name: 'Flush everything…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

    expect(await read(id)).toContain('detail=L1');
    expect(await clinic.rows.version('*')).toBe(before);

    await page.getByRole('button', { name: 'Flush everything…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Flush' }).click();
    await page.getByText('Flushed everything. Its version is now').waitFor();
    await page.locator('#timeline').getByText('Flushed').waitFor();

    expect(await clinic.rows.version('*')).toBe(before + 1);
    expect(await read(id)).toContain('fwd=miss');
  });

  it('keyboard alone: a tag that is none is refused, and Escape leaves the question', async () => {
    await signIn();
    await page.getByLabel('Tag', { exact: true }).focus();
    await page.keyboard.type('Nonsense:1');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Flush this tag?' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);

    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Not flushed: must be <name>').waitFor();
    expect(faults.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('DynamoDB breaks: the breaker turns red, and green again when it is back', async () => {
    await signIn();
    const breaker = page.locator('#breaker');
    const readNew = async () => read(await clinic.rows.patient());
    expect(await breaker.getAttribute('data-state')).toBe('good');

    network.cut();
    await waitUntil('the breaker is red', async () => {
      await readNew();
      return (await breaker.getAttribute('data-state')) === 'bad';
    });
    expect(await text('#breaker')).toContain('Open');
    await page.getByText('The shared tier is out').waitFor();

    network.heal();
    await waitUntil('the breaker is green', async () => {
      await readNew();
      return (await breaker.getAttribute('data-state')) === 'good';
    });
    await page.getByText('All is well').waitFor();
    expect(await text('#timeline')).toMatch(/Breaker closed[^]*Breaker opened/);
  });

  it('explains a path', async () => {
    await signIn();
    await read(clinic.patientId);
    await page.locator('#explain-path').fill(`/api/patients/${clinic.patientId}`);
    await page.keyboard.press('Enter');
    await page.getByText('L1 would answer.').waitFor();
    expect(await text('#explanation')).toContain('PatientsController.record, /api/patients/:id');

    await page.locator('#explain-path').fill('/api/nothing');
    await page.keyboard.press('Enter');
    await page.getByText('No route answers to this path.').waitFor();
  });

  it('a lost connection shows, and comes back by itself', async () => {
    const stream = '**/api/cache/stream';
    await visit();
    await page.route(stream, (route) => route.abort());
    await page.getByRole('button', { name: 'Use the development admin' }).click();
    await page.getByText('Reconnecting…').waitFor();
    await page.unroute(stream);
    await page.getByText('Live', { exact: true }).first().waitFor();

    expect(new Set(faults.splice(0))).toEqual(new Set(['Failed to load resource: net::ERR_FAILED']));
  });

  it.each(['light', 'dark'] as const)(
    'axe finds nothing, %s; a phone scrolls down only',
    async (colorScheme) => {
      await visit({ colorScheme, viewport: PHONE });
      expect(await violations()).toEqual([]);
      expect(await isWiderThan(PHONE.width)).toBe(false);

      await page.getByRole('button', { name: 'Use the development admin' }).click();
      await page.getByText('All is well').waitFor();
      await read(clinic.patientId);
      await page.locator('#explain-path').fill(`/api/patients/${clinic.patientId}`);
      await page.keyboard.press('Enter');
      await page.getByText('L1 would answer.').waitFor();
      await page.locator('#route-rows tr').first().waitFor();
      expect(await isWiderThan(PHONE.width)).toBe(false);
      expect(await violations()).toEqual([]);

      await page.setViewportSize({ width: 1280, height: 900 });
      await page.getByRole('button', { name: 'Flush everything…' }).click();
      expect(await violations()).toEqual([]);
    },
  );

  it('colours follow the choice, and stay', async () => {
    await visit({ colorScheme: 'light' });
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByLabel('Colours').selectOption('dark');
    const dark = await ground();
    await page.reload();

    expect(dark).not.toBe(light);
    expect(await ground()).toBe(dark);
  });
});
