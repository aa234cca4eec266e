/** A Debian binary package (deb(5), deb-control(5)). */
import { createHash } from 'node:crypto';
import { ar, tarGz } from './archive.ts';
import { type PackageFile, textFile } from './package-file.ts';

export type PackageWish = {
  /** Fields of the control file, in their order; `Installed-Size` is added. */
  readonly control: Readonly<Record<string, string>>;
  readonly files: readonly PackageFile[];
  /** Maintainer scripts by name, e.g. `prerm`. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly epochSeconds: number;
};

export async function buildDeb(wish: PackageWish): Promise<Uint8Array> {
  const { files, epochSeconds } = wish;
  const control = await tarGz([...controlFiles(wish, { sizeUnit: 1024 }), md5sums(files)], epochSeconds);
  return ar(
    [
      { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
      { name: 'control.tar.gz', bytes: control },
      { name: 'data.tar.gz', bytes: await tarGz(files, epochSeconds) },
    ],
    epochSeconds,
  );
}

/** `sizeUnit` of Installed-Size in bytes: KiB for dpkg, bytes for opkg. */
export function controlFiles(
  { control, files, scripts }: PackageWish,
  { sizeUnit }: { readonly sizeUnit: number },
): readonly PackageFile[] {
  const sizeBytes = files.reduce((sum, file) => sum + (file.kind === 'file' ? file.bytes.length : 0), 0);
  const fields = { ...control, 'Installed-Size': String(Math.ceil(sizeBytes / sizeUnit)) };
  const { Description: description = '', ...others } = fields as Record<string, string>;
  const lines = Object.entries({ ...others, Description: description }).map(
    ([name, value]) => `${name}: ${value}\n`,
  );
  return [
    textFile('/control', lines.join('')),
    ...Object.entries(scripts).map(([name, text]) => textFile(`/${name}`, text, 0o755)),
  ];
}

/** `dpkg --verify` compares with these. */
function md5sums(files: readonly PackageFile[]): PackageFile {
  const lines = files.flatMap((file) =>
    file.kind === 'file'
      ? [`${createHash('md5').update(file.bytes).digest('hex')}  ${file.path.slice(1)}\n`]
      : [],
  );
  return textFile('/md5sums', lines.sort().join(''));
}
