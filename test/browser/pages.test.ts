import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import { MODEL } from '../support/repository.ts';
import {
  ALL_RULES,
  axeViolations,
  COLOURS,
  DESK,
  hasChromium,
  keepScreen,
  keepsAllScreens,
  launchBrowser,
  type OpenPage,
  openPage,
  overhang,
  PHONE,
} from './a-browser.ts';
import { type Site, startSite } from './a-site.ts';

const RELEASE = `/models/${MODEL}/releases/${DEMO_NEW_VERSION}`;
/** For hardware that looks alike. */
const OTHER_MODEL = 'EC25EFAR06A01M4G_01.001.01.001';
const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>'); DROP TABLE reports; --`;

let site: Site;
let browser: Browser;
let open: OpenPage;

const page = () => open.page;
const goTo = (path: string) => page().goto(`${site.url}${path}`);
const textOf = async (selector: string) => (await page().locator(selector).first().textContent()) ?? '';
const heading = () => textOf('h1');
const verdict = () => textOf('.verdict');
const content = () => textOf('main');

/** Presses a button, and waits for the page it leads to. */
async function press(name: string): Promise<void> {
  await Promise.all([
    page().waitForEvent('domcontentloaded'),
    page().getByRole('button', { name, exact: true }).click(),
  ]);
}

async function signIn(): Promise<void> {
  await goTo('/fleet');
  await page().getByLabel('Operator token').fill(site.token);
  await press('Sign in');
}

/** What holds for every page, light on a phone and dark on a desk, with a picture of each. */
async function holdsForEveryPage(name: string): Promise<void> {
  expect(await overhang(page())).toBe(0);
  expect(await axeViolations(page(), ALL_RULES)).toEqual([]);
  await keepScreen(page(), `${name}-phone-light`);
  await page().emulateMedia({ colorScheme: 'dark' });
  if (keepsAllScreens) await keepScreen(page(), `${name}-phone-dark`);
  await page().setViewportSize(DESK);
  expect(await overhang(page())).toBe(0);
  expect(await axeViolations(page(), COLOURS)).toEqual([]);
  await keepScreen(page(), `${name}-desk-dark`);
  await page().emulateMedia({ colorScheme: 'light' });
  if (keepsAllScreens) await keepScreen(page(), `${name}-desk-light`);
  await page().setViewportSize(PHONE);
}

// Where CI may install what it needs, the pages must have been looked at.
if (!hasChromium && process.env.CI === 'true' && process.getuid?.() === 0)
  throw new Error('Chromium is not installed: test/prepare could not get it from apt');

describe.skipIf(!hasChromium)('the pages in Chromium (apt-get install chromium)', () => {
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), launchBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await site?.end();
  });

  beforeEach(async () => {
    open = await openPage(browser, site.url);
  });

  afterEach(async () => {
    expect(open.complaints).toEqual([]);
    await open.context.close();
  });

  it.each([
    ['look-up', '/', 'Does this firmware fit this modem?'],
    ['look-up-refused', '/?installed=nothing&wanted=nothing', 'Does this firmware fit this modem?'],
    [
      'look-up-no',
      `/?installed=${DEMO_OLD_VERSION}&wanted=${OTHER_MODEL}`,
      'Does this firmware fit this modem?',
    ],
    ['models', '/models', 'Models'],
    ['model', `/models/${MODEL}`, 'Quectel EC25-EU'],
    ['model-unpublished', '/models/quectel/ec20cefa-m4g', ''],
    ['release', RELEASE, DEMO_NEW_VERSION],
    ['diagnose', '/diagnose', 'What happened to the modem?'],
    ['api', '/docs', 'The API'],
    ['problem', '/problems/rate-limited', 'Too many requests'],
    ['nothing', '/nothing', 'Nothing is here'],
    ['sign-in', '/fleet', 'Fleet'],
  ])('%s is accessible and fits a phone, light and dark', async (name, path, title) => {
    await goTo(path);
    expect(await heading()).toContain(title);
    await holdsForEveryPage(name);
  });

  it('a support agent pastes what the modem says and reads the answer out', async () => {
    await goTo('/');
    await page()
      .getByLabel('What the modem runs')
      .fill(`ATI\r\nQuectel\r\nEC25\r\nRevision: ${DEMO_OLD_VERSION}\r\n\r\nOK`);
    await press('Look up');
    expect(await verdict()).toContain('Yes, it fits');
    expect(await verdict()).toContain(DEMO_NEW_VERSION);
    expect(await content()).toMatch(/85 %.*Of 20 devices that tried it 17 ended/s);
    await holdsForEveryPage('look-up-yes');
    await page().getByRole('link', { name: DEMO_NEW_VERSION }).first().click();
    await page().waitForURL(`${site.url}${RELEASE}`);
    expect(await heading()).toBe(DEMO_NEW_VERSION);
  });

  it('the keyboard reaches the content past the menu', async () => {
    await goTo('/');
    await page().keyboard.press('Tab');
    expect(await page().evaluate('document.activeElement.textContent.trim()')).toBe('Skip to the content');
    await page().keyboard.press('Enter');
    await page().keyboard.press('Tab');
    expect(await page().evaluate('document.activeElement.id')).toBe('installed');
  });

  it('somebody with a dead modem pastes a log and reads what to do', async () => {
    await goTo('/diagnose');
    const log = await readFile(join(REPOSITORY_ROOT, 'test/fixtures/logs/the-accident.txt'), 'utf8');
    await page().getByLabel('The log').fill(log);
    await press('Diagnose');
    expect(await verdict()).toContain('its directory was empty');
    expect(await textOf('.steps')).toContain('cistern reset');
    await holdsForEveryPage('diagnosis');
  });

  it('an operator signs in, halts a release with a reason, and resumes it', async () => {
    await signIn();
    await holdsForEveryPage('fleet');
    await page().getByRole('link', { name: MODEL, exact: true }).click();
    await page().waitForURL(`${site.url}/fleet/models/${MODEL}`);
    await holdsForEveryPage('fleet-model');
    await page().getByRole('link', { name: DEMO_NEW_VERSION }).first().click();
    await page().waitForURL(`${site.url}/fleet${RELEASE}`);
    await holdsForEveryPage('fleet-release');

    const halt = page().locator('form:has(#halt-why)');
    await halt.getByLabel('Why').fill('It loses its roaming.');
    await Promise.all([page().waitForURL(/\/confirm\?/), halt.getByRole('button').click()]);
    expect(await heading()).toBe('Halt this release?');
    await holdsForEveryPage('fleet-confirm');
    await press('Halt it');
    expect(await verdict()).toContain('It loses its roaming.');

    await goTo(`/?installed=${DEMO_OLD_VERSION}`);
    expect(await content()).toContain('But its rollout is halted');
    await goTo('/fleet');
    expect(await content()).toContain('waiting for a decision');
    await holdsForEveryPage('fleet-halted');

    await page().getByRole('link', { name: DEMO_NEW_VERSION }).first().click();
    await page().waitForURL(`${site.url}/fleet${RELEASE}`);
    const resume = page().locator('form:has(input[value=resume])');
    await Promise.all([page().waitForURL(/\/confirm\?/), resume.getByRole('button').click()]);
    await press('Resume it');
    expect(await verdict()).toContain('for all');
    expect(await content()).toMatch(/rollout\.resumed.*rollout\.halted/s);
  });

  it('signing out shuts the door, and the cookie is out of reach of scripts and of the rest of the site', async () => {
    await signIn();
    const [cookie] = await open.context.cookies(`${site.url}/fleet`);
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/fleet' });
    expect(await page().evaluate('document.cookie')).toBe('');
    await press('Sign out');
    expect(await page().getByLabel('Operator token').count()).toBe(1);
    expect(await open.context.cookies()).toEqual([]);
  });

  it('a form on another site cannot halt a release in an operator’s name', async () => {
    await signIn();
    const elsewhere = site.url.replace('127.0.0.1', 'localhost');
    const form = `<form method="post" action="${site.url}/fleet${RELEASE}"><input name="action" value="halt"><input name="why" value="x"><button>Go</button></form>`;
    await page().route(`${elsewhere}/elsewhere`, (route) =>
      route.fulfill({ contentType: 'text/html', body: form }),
    );
    await page().goto(`${elsewhere}/elsewhere`);
    await press('Go');
    expect(await content()).toMatch(/did not come from a page of this site|Operator token/);
    await goTo(RELEASE);
    expect(await verdict()).toContain('for all');
    open.complaints.splice(
      0,
      open.complaints.length,
      ...open.complaints.filter((line) => !line.includes(elsewhere)),
    );
  });

  it('hostile words in every box are words', async () => {
    for (const path of ['/', '/diagnose', '/fleet', RELEASE]) {
      await goTo(path);
      for (const details of await page().locator('details').all()) await details.locator('summary').click();
      for (const box of await page().locator('textarea, input:not([type=hidden], [type=file])').all()) {
        await box.fill(HOSTILE.repeat(10));
      }
      await Promise.all([
        page().waitForEvent('domcontentloaded'),
        page().locator('main form button').first().click(),
      ]);
      expect(await page().locator('main script, main img').count()).toBe(0);
      expect(await page().locator('h1').count()).toBe(1);
      expect(await overhang(page())).toBe(0);
    }
    await page().setViewportSize(PHONE);
  });
});
