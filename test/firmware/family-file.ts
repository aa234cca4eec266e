/** A catalogue directory with one family of one model: what `cistern-repo publish --catalogue` reads. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEntry } from '../../shared/catalogue.ts';

/** JSON is YAML too. */
export async function writeFamilyFile(directory: string, entry: ModelEntry): Promise<void> {
  const { format, model, vendor, chip, flashMethod, usb, programmerImageId, edlHardware, ...own } = entry;
  const family = {
    format: 'cistern-family/1',
    vendor,
    family: entry.hardware,
    all: {
      hardwarePrefixes: [entry.hardware],
      variants: [entry.name],
      chip,
      flashMethod,
      usb,
      programmer: 'prog_firehose_*.mbn',
      programmerImageId,
      edlHardware,
      edges: [],
      knownIssues: [],
      sources: entry.sources,
    },
    models: [own],
    incomplete: [],
  };
  await mkdir(join(directory, vendor), { recursive: true });
  await writeFile(join(directory, vendor, `${model.split('/')[1]}.yaml`), JSON.stringify(family));
}
