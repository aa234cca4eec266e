/** tar.gz and ar as dpkg and opkg read them, the same to the byte whenever and wherever they are made. */
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { PackageFile } from './package-file.ts';

/** Sorted, owned by root, of one time; each directory stands before what is in it, under `./` as dpkg-deb has it. */
export async function tarGz(files: readonly PackageFile[], epochSeconds: number): Promise<Uint8Array> {
  const archive = pack();
  const common = {
    mtime: new Date(epochSeconds * 1000),
    uid: 0,
    gid: 0,
    uname: 'root',
    gname: 'root',
  };
  for (const name of directoriesOf(files)) archive.entry({ ...common, name, type: 'directory', mode: 0o755 });
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = `.${file.path}`;
    if (file.kind === 'link')
      archive.entry({ ...common, name, type: 'symlink', linkname: file.target, mode: 0o777 });
    else archive.entry({ ...common, name, mode: file.mode }, Buffer.from(file.bytes));
  }
  archive.finalize();
  // The gzip header holds neither name nor time.
  return gzipSync(await buffer(archive), { level: 9 });
}

function directoriesOf(files: readonly PackageFile[]): readonly string[] {
  const found = new Set(['./']);
  for (const { path } of files) {
    const names = path.split('/').slice(1, -1);
    for (let count = 1; count <= names.length; count++) found.add(`./${names.slice(0, count).join('/')}/`);
  }
  return [...found].sort();
}

/** The common archive format of ar(5), which a .deb is (deb(5)). */
export function ar(
  members: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  epochSeconds: number,
): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const { name, bytes } of members) {
    const header = [
      name.padEnd(16),
      String(epochSeconds).padEnd(12),
      '0'.padEnd(6),
      '0'.padEnd(6),
      '100644'.padEnd(8),
      String(bytes.length).padEnd(10),
      '`\n',
    ].join('');
    parts.push(Buffer.from(header), bytes);
    if (bytes.length % 2 === 1) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}
