/**
 * A package that is a zip. The central directory is judged before a byte is unpacked: names that leave the
 * package, links, encryption, a total size out of bounds. While unpacking, an entry that holds more than it
 * declared ends in an error (the port checks each entry's size), so the declared sizes bound a zip bomb.
 */
import { err, ok, type Result } from '../result.ts';
import { buildFileList } from './file-list.ts';
import { PACKAGE_MAX_ENTRIES } from './limits.ts';
import type { OpenedZip, PackagePorts, ZipEntry } from './package-ports.ts';
import { nameOf, type PackageSource, type RefusedEntry, type SourceFailure } from './source.ts';

const UNIX_FILE_TYPE = 0o170000;
const UNIX_LINK = 0o120000;
const STORED = 0;
const DEFLATED = 8;

export async function openZip(
  path: string,
  ports: PackagePorts,
): Promise<Result<PackageSource, SourceFailure>> {
  let zip: OpenedZip;
  try {
    zip = await ports.openZip(path);
  } catch (error) {
    return err({ reason: 'package-unreadable', path, why: sentenceOf(error) });
  }
  const opened = await readZip(zip, path, ports);
  if (!opened.ok) zip.close();
  return opened;
}

async function readZip(
  zip: OpenedZip,
  path: string,
  { crc32 }: PackagePorts,
): Promise<Result<PackageSource, SourceFailure>> {
  if (zip.entryCount > PACKAGE_MAX_ENTRIES)
    return err({ reason: 'package-too-many-files', maxFiles: PACKAGE_MAX_ENTRIES });
  const entries = new Map<string, ZipEntry>();
  const found: { path: string; sizeBytes: number }[] = [];
  try {
    for await (const entry of zip.entries()) {
      if (entry.fileName.endsWith('/')) continue;
      const why = judgeEntry(entry);
      if (why !== null)
        return err({ reason: 'package-entry-refused', path: entry.fileName.slice(0, 200), why });
      found.push({ path: entry.fileName, sizeBytes: entry.uncompressedSize });
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    return err(failureOfEntry(error, path));
  }
  const list = buildFileList(found, path);
  if (!list.ok) return list;
  const { files, topDirectory } = list.value;
  const name = nameOf(path).replace(/\.zip$/i, '');
  return ok({
    names: topDirectory === '' ? [name] : [name, topDirectory],
    files,
    read: (file) =>
      readEntry(zip, entries.get(topDirectory === '' ? file : `${topDirectory}/${file}`), crc32),
    close: async () => zip.close(),
  });
}

function judgeEntry(entry: ZipEntry): RefusedEntry | null {
  if (((entry.externalFileAttributes >>> 16) & UNIX_FILE_TYPE) === UNIX_LINK) return 'link';
  if (entry.isEncrypted()) return 'encrypted';
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    return 'unknown-compression';
  return null;
}

async function* readEntry(
  zip: OpenedZip,
  entry: ZipEntry | undefined,
  crc32: PackagePorts['crc32'],
): AsyncGenerator<Uint8Array> {
  if (entry === undefined) throw new Error('a file that is not in the list was asked for');
  let sum = 0;
  for await (const bytes of await zip.read(entry)) {
    sum = crc32(bytes, sum);
    yield bytes;
  }
  // yauzl checks the size alone.
  if (sum !== entry.crc32) throw new Error(`checksum of ${entry.fileName.slice(0, 200)} is wrong`);
}

/** yauzl refuses absolute and relative names by itself, with a sentence that names the entry. */
function failureOfEntry(error: unknown, path: string): SourceFailure {
  const sentence = sentenceOf(error);
  const name = /^(?:absolute path|invalid relative path|invalid characters in fileName): (.*)$/s.exec(
    sentence,
  )?.[1];
  if (name !== undefined)
    return { reason: 'package-entry-refused', path: name.slice(0, 200), why: 'leaves-package' };
  return { reason: 'package-unreadable', path, why: sentence };
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 300) : 'unknown error';
}
