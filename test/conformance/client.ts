/**
 * `init ROOT`, `refresh` and `download` as the TUF conformance suite calls them:
 * `client --metadata-dir D [--metadata-url U] [--target-name T --target-base-url U --target-dir D] COMMAND`.
 */
import { parseArgs } from 'node:util';
import { download, initialize, refresh } from './client-commands.ts';

const USAGE =
  'client --metadata-dir D init ROOT | --metadata-url U refresh | … --target-name T --target-base-url U --target-dir D download\n';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'metadata-dir': { type: 'string' },
    'metadata-url': { type: 'string' },
    'target-name': { type: 'string', multiple: true },
    'target-base-url': { type: 'string' },
    'target-dir': { type: 'string' },
  },
});
const [command, rootPath] = positionals;
const metadataDir = values['metadata-dir'];
const metadataUrl = values['metadata-url'];
const names = values['target-name'];
const targetBaseUrl = values['target-base-url'];
const targetDir = values['target-dir'];
const print = (line: string) => process.stderr.write(`${line}\n`);

if (command === 'init' && metadataDir !== undefined && rootPath !== undefined) {
  process.exitCode = await initialize({ metadataDir, rootPath });
} else if (command === 'refresh' && metadataDir !== undefined && metadataUrl !== undefined) {
  process.exitCode = await refresh({ metadataDir, metadataUrl, print });
} else if (
  command === 'download' &&
  metadataDir !== undefined &&
  metadataUrl !== undefined &&
  names !== undefined &&
  targetBaseUrl !== undefined &&
  targetDir !== undefined
) {
  process.exitCode = await download({ metadataDir, metadataUrl, print, names, targetBaseUrl, targetDir });
} else {
  process.stderr.write(USAGE);
  process.exitCode = 1;
}
