/** Chromium as apt installs it, a page in it, and what is held against every page that is shown. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { REPOSITORY_ROOT } from '../support/processes.ts';

/** Where apt puts it; `CHROMIUM` names another. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const hasChromium = existsSync(EXECUTABLE);

/** Not in git: what pages looked like in the last run. */
export const SCREENS = join(REPOSITORY_ROOT, 'node_modules/.cache/cistern-screens');

export const PHONE = { width: 390, height: 844 } as const;
export const DESK = { width: 1280, height: 900 } as const;

export type OpenPage = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about, and what it fetched from elsewhere. */
  readonly complaints: string[];
};

export function launchBrowser(): Promise<Browser> {
  // Chromium's own sandbox does not start as root; what it shows here is our own.
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
}

export async function openPage(browser: Browser, origin: string): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: PHONE, colorScheme: 'light' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A page of status 4xx is a page like others; the browser remarks on it all the same.
    if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`fetched ${request.url()}`);
  });
  return { page, context, complaints };
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** All that axe knows of WCAG 2.2 AA and of good practice; and what another scheme alone can change. */
export const ALL_RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
export const COLOURS: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] } };

/** Violations as one reads them: rule, where, and what axe says. */
export async function axeViolations(page: Page, rules: RunOptions): Promise<readonly string[]> {
  await page.evaluate(await axeSource);
  const options: RunOptions = { ...rules, resultTypes: ['violations'] };
  await unfold(page, true);
  const results = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults;
  await unfold(page, false);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}

/** What is folded away is judged as well; what was open when it came stays so. */
async function unfold(page: Page, open: boolean): Promise<void> {
  const folded = open ? 'details:not([open])' : 'details.was-folded';
  await page.evaluate(
    `for (const each of document.querySelectorAll('${folded}')) { each.open = ${open}; each.classList.toggle('was-folded', ${open}); }`,
  );
}

/** A text that needs more room than a phone has makes the whole page slide. */
export async function overhang(page: Page): Promise<number> {
  return (await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')) as number;
}

/** As it is shown now, below `SCREENS`. */
export async function keepScreen(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage: true });
}

/** What `CISTERN_SCREENS=all` asks for: every page on both devices in both schemes, and not in two of the four ways. */
export const keepsAllScreens = process.env.CISTERN_SCREENS === 'all';
