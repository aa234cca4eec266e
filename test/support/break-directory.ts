/** Takes a directory's place, so that nothing can be written there any more, as on a full or dead disk. For root too. */
import { rmSync, writeFileSync } from 'node:fs';

export function breakDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  writeFileSync(directory, '');
}
