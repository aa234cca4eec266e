/** An OpenWrt package for opkg: a tar.gz of the three members that a .deb has. */
import { tarGz } from './archive.ts';
import { controlFiles, type PackageWish } from './deb.ts';

export async function buildIpk(wish: PackageWish): Promise<Uint8Array> {
  const { files, epochSeconds } = wish;
  const member = (path: string, bytes: Uint8Array) => ({ kind: 'file', path, bytes, mode: 0o644 }) as const;
  return tarGz(
    [
      member('/debian-binary', Buffer.from('2.0\n')),
      member('/control.tar.gz', await tarGz(controlFiles(wish, { sizeUnit: 1 }), epochSeconds)),
      member('/data.tar.gz', await tarGz(files, epochSeconds)),
    ],
    epochSeconds,
  );
}
