/**
 * Loaded before a program (`node --import`): at its end writes the most memory it had resident, in kB, into the file
 * that PEAK_MEMORY_FILE names. From /proc, because what getrusage says includes the parent before exec.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

process.on('exit', () => {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  writeFileSync(process.env.PEAK_MEMORY_FILE ?? '', peak ?? '');
});
