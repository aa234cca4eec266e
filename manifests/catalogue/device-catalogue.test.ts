import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { DEVICE_CATALOGUE_PATH, deviceCatalogue } from './device-catalogue.ts';

it('the catalogue that the updater carries is current (npm run -s build:catalogue)', async () => {
  const carried = JSON.parse(await readFile(DEVICE_CATALOGUE_PATH, 'utf8'));
  expect(await deviceCatalogue()).toEqual({ ok: true, value: carried });
});
