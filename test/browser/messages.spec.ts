import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { openPostOffice, type Message, type PageOf, type PostOffice } from '../support/messaging.js';

describe('messages in Swagger UI', () => {
  let office: PostOffice;
  let browser: Browser;

  beforeAll(async () => {
    office = await openPostOffice();
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await office.close();
  });

  /** Swagger UI in a browser profile of the user's own, signed in with `token`. */
  async function signedIn(token: string | undefined, faults: string[]): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${office.app.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.modal-ux input[type="text"]').fill(token ?? '');
    await page.locator('.modal-ux').getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.modal-ux').getByRole('button', { name: 'Close' }).click();
    return page;
  }

  const operation = (page: Page, method: string, path: string) =>
    page.locator(`.opblock-${method}`, { has: page.locator(`[data-path="${path}"]`) });

  async function execute<Answer>(block: ReturnType<typeof operation>): Promise<Answer> {
    const path = /\/api\/(messages|conversations)/;
    const answered = block.page().waitForResponse((response) => path.test(response.url()));
    await block.getByRole('button', { name: 'Execute' }).click();
    const answer = (await (await answered).json()) as Answer;
    await block.locator('.live-responses-table').waitFor();
    return answer;
  }

  it('ana sends a message, bruno reads it', async () => {
    const faults: string[] = [];
    const anas = await signedIn(office.ana.token, faults);
    const sending = operation(anas, 'post', '/api/messages');
    await sending.locator('.opblock-summary-control').click();
    await sending.locator('textarea').fill('{"to":"bruno","text":"Bed 7 is ready 🛏️"}');
    const sent = await execute<Message>(sending);
    await sending.locator('textarea').fill('{"to":"bruno","text":"And bed 8"}');
    const second = await execute<Message>(sending);

    const brunos = await signedIn(office.bruno.token, faults);
    const reading = operation(brunos, 'get', '/api/conversations/{id}/messages');
    await reading.locator('.opblock-summary-control').click();
    await reading.locator('input[placeholder="id"]').fill(sent.conversationId);
    const { items } = await execute<PageOf<Message>>(reading);

    // Nothing was filled in that a second message, or a first page, does not want.
    expect(items).toEqual([second, sent]);
    expect(sent).toMatchObject({ text: 'Bed 7 is ready 🛏️', from: { handle: 'ana' } });
    expect(faults).toEqual([]);
  }, 60_000);
});
