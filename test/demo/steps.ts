/** The chapters of the demonstration: each runs a real tool and shows what it says. */
import { join } from 'node:path';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { BreakingProxy } from '../support/breaking-proxy.ts';
import type { ModemProcess } from '../support/modem-process.ts';
import { REPOSITORY_ROOT, runNode } from '../support/processes.ts';
import {
  CISTERN_REPO,
  MODEL,
  publishArguments,
  type Repository,
  receivedReports,
} from '../support/repository.ts';
import { command, quote, say } from './screen.ts';

export const CISTERN = join(REPOSITORY_ROOT, 'device/bin.ts');

export type Router = {
  readonly repository: Repository;
  readonly modem: ModemProcess;
  readonly stateDirectory: string;
};

export async function publish(repository: Repository, packageDirectory: string): Promise<void> {
  const args = publishArguments(repository, {
    packageDirectory,
    version: DEMO_NEW_VERSION,
    from: 'R06A05..R06A09:01',
  });
  await run('cistern-repo', args);
  await run('cistern-repo', [
    CISTERN_REPO,
    'verify',
    repository.url,
    '--root',
    repository.rootFile,
    '--model',
    MODEL,
  ]);
}

/** Runs the updater as a process of its own; returns its last line. */
export async function updateModem(router: Router & { readonly line: BreakingProxy }): Promise<string> {
  const { line, modem } = router;
  const stdout = await run('cistern', [CISTERN, 'update', ...updaterFlags({ ...router, url: line.url })]);
  say(
    `the line broke ${line.cuts()} times in the middle of chunks; ${line.rangeRequests()} requests resumed one`,
  );
  const last = modem.states.at(-1);
  say(`the modem itself: ${last?.state}, ${last?.firmware}, calibration ${last?.calibration}`);
  if (line.cuts() === 0 || line.rangeRequests() === 0)
    throw new Error('the line did not break, or nothing was resumed');
  return stdout.trim().split('\n').at(-1) ?? '';
}

export function updaterFlags({
  repository,
  modem,
  stateDirectory,
  url,
}: Router & { readonly url: string }): readonly string[] {
  return [
    '--modem',
    modem.locator,
    '--repository',
    url,
    '--root',
    repository.rootFile,
    '--state',
    stateDirectory,
  ];
}

export async function askLikeSupport({ url }: Repository): Promise<void> {
  const question = `${url}/v1/compatibility?installed=${DEMO_OLD_VERSION}&wanted=${DEMO_NEW_VERSION}`;
  command(`curl "${question}"`);
  const answer = await fetch(question);
  quote(`${JSON.stringify(await answer.json(), null, 2)}\n`);
}

export async function showReport(repository: Repository): Promise<void> {
  command(
    `curl -H "authorization: Bearer $(cat ${repository.tokenFile})" "${repository.url}/v1/operator/reports?model=${MODEL}"`,
  );
  const [newest] = await receivedReports(repository);
  if (newest === undefined) throw new Error('no report arrived');
  quote(`${JSON.stringify(newest, null, 2)}\n`);
}

export function showWaysToTry({
  repository,
  modem,
  other,
  stateDirectory,
}: Router & { readonly other: ModemProcess }): void {
  const flags = (locator: string) =>
    `--modem "${locator}" --repository ${repository.url} --root ${repository.rootFile} --state ${stateDirectory}`;
  say('\n   Left running until Ctrl-C. Try, in another shell:');
  command(`npm run -s cistern -- devices --modem "${modem.locator}"`);
  command(`npm run -s cistern -- check ${flags(other.locator)}`);
  command(`npm run -s cistern -- update --ask ${flags(other.locator)}`);
  command(
    `npm run -s cistern-repo -- verify ${repository.url} --root ${repository.rootFile} --model ${MODEL}`,
  );
  command(`curl -i ${repository.url}/v1/models/${MODEL}`);
}

/** Runs a tool from source, shows its words as they come, and fails with it. */
async function run(name: string, args: readonly string[]): Promise<string> {
  const [, ...shown] = args;
  command(`${name} ${shown.map((arg) => (/[\s?]/.test(arg) ? `"${arg}"` : arg)).join(' ')}`);
  const finished = await runNode(args, {
    inheritStderr: process.stderr.isTTY,
    onStderr: quote,
    onStdoutLine: (line) => quote(`${line}\n`),
  });
  if (finished.code !== 0) throw new Error(`${name} ended with exit code ${finished.code}`);
  return finished.stdout;
}
