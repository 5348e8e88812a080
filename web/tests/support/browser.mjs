// Starts Chromium for the browser checks. Invariant: no request leaves this machine, and a page's error fails the check.
import { chromium } from 'playwright-core';

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
}

/** Opens a page that collects errors and requests to other hosts. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const isExpected = /status of (401|404|409|410|422|500)|net::ERR/.test(message.text());
    if (message.type() === 'error' && !isExpected) {
      faults.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1|blob:|data:|file:)/.test(request.url())) {
      faults.push(`request to ${request.url()}`);
    }
  });
  return { page, context, faults };
}
