/**
 * `md5.txt`: the vendor's own list of digests (edl 1e). All 32 digits count, and a file that is listed and absent is
 * a defect; the vendor's flasher compares half of them and skips what it does not find.
 */
import { resolvePackagePath } from '../flash-plan.ts';
import { errorAt, type Finding } from './finding.ts';

export const MD5_LIST = 'md5.txt';

/** Vendors list it and leave it out of the package; no update sends it (edl 1e). */
const LISTED_BUT_NOT_SHIPPED = new Set(['upgrade/targetfiles.zip']);

export type Md5Entry = { readonly path: string; readonly md5: string; readonly line: number };

export function parseMd5List(text: string): { entries: readonly Md5Entry[]; findings: readonly Finding[] } {
  const entries: Md5Entry[] = [];
  const findings: Finding[] = [];
  text.split(/\r?\n/).forEach((content, index) => {
    const line = index + 1;
    const trimmed = content.trim();
    if (trimmed === '' || /^VERSION:\S+$/.test(trimmed) || /^FILE:(START|END)$/.test(trimmed)) return;
    const [, name, md5] = /^FILE:(.+):([0-9A-Fa-f]{32})$/.exec(trimmed) ?? [];
    const path = name === undefined ? null : resolvePackagePath('', name.replace(/^[\\/]+/, ''));
    if (path === null || md5 === undefined) {
      const sentence = 'Not a line of the form FILE:\\path\\in\\package:<32 hex digits>.';
      findings.push(errorAt('md5-list-malformed', { file: MD5_LIST, line }, sentence));
      return;
    }
    entries.push({ path, md5: md5.toLowerCase(), line });
  });
  return { entries, findings };
}

/** Compares the list with the files; `needed` must all be listed. `md5Of` is undefined for an absent file. */
export function judgeMd5List(
  entries: readonly Md5Entry[],
  md5Of: (path: string) => string | undefined,
  needed: readonly string[],
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { path, md5, line } of entries) {
    const found = md5Of(path);
    if (found === undefined && LISTED_BUT_NOT_SHIPPED.has(path)) continue;
    if (found === undefined) {
      const sentence = `${path} is listed here and is not in the package.`;
      findings.push(errorAt('md5-file-missing', { file: MD5_LIST, line }, sentence));
    } else if (found !== md5) {
      const sentence = `${path} has MD5 ${found}; the vendor's list says ${md5}. The file is damaged or was changed.`;
      findings.push(errorAt('md5-mismatch', { file: MD5_LIST, line }, sentence));
    }
  }
  const listed = new Set(entries.map(({ path }) => path));
  for (const path of new Set(needed)) {
    if (listed.has(path) || md5Of(path) === undefined) continue;
    const sentence = `${path} is used to flash the modem, and the vendor's list does not vouch for it.`;
    findings.push(errorAt('md5-not-listed', { file: MD5_LIST }, sentence));
  }
  return findings;
}
