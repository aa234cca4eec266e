/** `node test/firmware/write-demo-package.ts DIRECTORY [BYTES]`: a demonstration package; its name is its version. */
import { basename } from 'node:path';
import { SMALL_SIZE_BYTES, writeDemoPackage } from './demo-package.ts';

const [directory = '', sizeBytes = String(SMALL_SIZE_BYTES)] = process.argv.slice(2);
const made = await writeDemoPackage(directory, {
  version: basename(directory),
  sizeBytes: Number(sizeBytes),
});
process.stdout.write(`${made.version}: ${(made.sizeBytes / 1e6).toFixed(1)} MB in ${made.directory}\n`);
