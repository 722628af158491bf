import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => existsSync(path));

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page of its own in the browser: what it complains of is kept. */
export type Open = (path: string, options?: BrowserContextOptions) => Promise<Visited>;
export interface Visited {
  readonly page: Page;
  /** What the console was told as an error, scripts threw, and the Content-Security-Policy stopped. */
  readonly complaints: readonly string[];
}

/** Tests in a real browser, a new and empty one; reported as skipped, with the reason, where there is none. */
export function inBrowser(says: string, url: () => string, tests: (open: Open) => void): void {
  if (executablePath === undefined) {
    describe.skip(`${says} (skipped: no Chromium here; apt-get install chromium)`, () =>
      tests(() => Promise.reject(new Error('no browser'))));
    return;
  }
  describe(says, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args });
    });
    afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
    afterAll(() => browser.close());

    tests(async (path, options) => {
      const page = await browser.newPage({ baseURL: url(), reducedMotion: 'reduce', ...options });
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(200);
      return { page, complaints };
    });
  });
}
