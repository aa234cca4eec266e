/** All packages, from the one-file program and what lies in this repository. The same input gives the same bytes. */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { documentFiles, programFiles, unitFiles } from './contents.ts';
import { buildDeb } from './deb.ts';
import { buildIpk } from './ipk.ts';
import { nativeParts } from './native-parts.ts';
import { DEB_POSTINST, DEB_POSTRM, DEB_PRERM, IPK_PRERM } from './scripts.ts';

/** undici asks for it. */
const NODE_MIN = '22.19';
/** Names of Debian for those of Node. */
const DEBIAN_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'armhf' };

export type BuildWish = {
  readonly repository: string;
  readonly bundlePath: string;
  readonly outputDirectory: string;
  /** SOURCE_DATE_EPOCH. */
  readonly epochSeconds: number;
  /** As Node names it: what `npm ci` has installed the native parts for. */
  readonly architecture: string;
  readonly maintainer: string;
};

/** Paths of what was made. */
export async function buildPackages(wish: BuildWish): Promise<readonly string[]> {
  const { repository, epochSeconds, maintainer, architecture } = wish;
  const bundle = await readFile(wish.bundlePath);
  const { version } = z
    .object({ version: z.string().regex(/^\d[\w.]*$/) })
    .parse(JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')));
  const documents = documentFiles({
    license: await readFile(join(repository, 'LICENSE'), 'utf8'),
    updater: await readFile(join(repository, 'docs/updater.md'), 'utf8'),
  });
  const common = { Version: version, Maintainer: maintainer, License: 'Apache-2.0' };
  const debian = DEBIAN_ARCHITECTURES[architecture];
  if (debian === undefined) throw new Error(`no package of native parts is made for ${architecture}`);
  const made = new Map<string, Uint8Array>();
  made.set(
    `cistern_${version}_all.deb`,
    await buildDeb({
      control: {
        Package: 'cistern',
        ...common,
        Architecture: 'all',
        Section: 'admin',
        Priority: 'optional',
        Depends: `nodejs (>= ${NODE_MIN})`,
        Recommends: 'cistern-native',
        Description: DESCRIPTION,
      },
      files: [...programFiles(bundle), ...unitFiles(), ...documents],
      scripts: { postinst: DEB_POSTINST, prerm: DEB_PRERM, postrm: DEB_POSTRM },
      epochSeconds,
    }),
  );
  made.set(
    `cistern-native_${version}_${debian}.deb`,
    await buildDeb({
      control: {
        Package: 'cistern-native',
        ...common,
        Architecture: debian,
        Section: 'admin',
        Priority: 'optional',
        Depends: `cistern (= ${version})`,
        Description: 'Reaches modems that are plugged in: USB and ttys for cistern',
      },
      files: await nativeParts(repository, { architecture, into: '/usr/lib/cistern' }),
      scripts: {},
      epochSeconds,
    }),
  );
  made.set(
    `cistern_${version}_all.ipk`,
    await buildIpk({
      control: {
        Package: 'cistern',
        ...common,
        Architecture: 'all',
        Section: 'utils',
        Depends: `node (>= ${NODE_MIN})`,
        Description: DESCRIPTION,
      },
      files: programFiles(bundle),
      scripts: { prerm: IPK_PRERM },
      epochSeconds,
    }),
  );
  const makefile = await readFile(join(repository, 'packaging/openwrt/Makefile'), 'utf8');
  made.set('feed/cistern/Makefile', Buffer.from(feedMakefile(makefile, version)));
  made.set('feed/cistern/files/cistern.mjs', bundle);
  return write(wish.outputDirectory, made);
}

const DESCRIPTION = 'Updates LTE modem firmware: all is here and verified before the modem is touched';

/** In a Makefile, $ is written twice. */
function feedMakefile(template: string, version: string): string {
  return template
    .replace('@VERSION@', () => version)
    .replace('@PRERM@', () => IPK_PRERM.trimEnd().replaceAll('$', '$$$$'));
}

async function write(directory: string, made: ReadonlyMap<string, Uint8Array>): Promise<readonly string[]> {
  await rm(directory, { recursive: true, force: true });
  const paths: string[] = [];
  for (const [name, bytes] of made) {
    const path = join(directory, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, bytes);
    await chmod(path, name.endsWith('.mjs') ? 0o755 : 0o644);
    paths.push(path);
  }
  return paths;
}
