import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { openClinic, type Clinic } from '../support/clinic.js';

describe('Swagger UI', () => {
  let clinic: Clinic;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    clinic = await openClinic();
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await clinic.close();
  });

  it('a visitor gets a token, authorises and reads a record', async () => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    const { patientId } = clinic;
    await page.goto(`${clinic.app.url}/docs`);

    const tokens = page.locator('#operations-development-DevelopmentTokensController_issue, .opblock-post', {
      hasText: '/api/dev/tokens',
    });
    await tokens.first().locator('.opblock-summary-control').click();
    await tokens.first().locator('textarea').fill('{"handle":"clinician"}');
    await tokens.first().getByRole('button', { name: 'Execute' }).click();
    const answer = await tokens
      .first()
      .locator('.live-responses-table .response-col_description code')
      .first()
      .innerText();
    const { token } = JSON.parse(answer) as { token: string };

    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.modal-ux input[type="text"]').fill(token);
    await page.locator('.modal-ux').getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.modal-ux').getByRole('button', { name: 'Close' }).click();

    const record = page.locator('.opblock-get', { has: page.locator('[data-path="/api/patients/{id}"]') });
    await record.locator('.opblock-summary-control').click();
    await record.locator('input[placeholder="id"]').fill(patientId);
    await record.getByRole('button', { name: 'Execute' }).click();
    const shown = await record
      .locator('.live-responses-table .response-col_description code')
      .first()
      .innerText();

    expect(JSON.parse(shown)).toMatchObject({ id: patientId, exams: [], medications: [] });
    expect(faults).toEqual([]);
  }, 60_000);
});
