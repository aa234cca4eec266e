import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { CATALOGUE_INDEX_PATH, catalogueIndex } from './catalogue-index.ts';
import { DEVICE_CATALOGUE_PATH, deviceCatalogue } from './device-catalogue.ts';

it.each([
  ['the updater', DEVICE_CATALOGUE_PATH, deviceCatalogue],
  ['the Worker', CATALOGUE_INDEX_PATH, catalogueIndex],
] as const)(
  'the catalogue that %s carries is current (npm run -s build:catalogue)',
  async (_, path, made) => {
    const carried = JSON.parse(await readFile(path, 'utf8'));
    expect(await made()).toEqual({ ok: true, value: carried });
  },
);
