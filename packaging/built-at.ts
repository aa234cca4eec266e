/** The time that a build says it is of, in seconds: never now, or no two builds would be alike. */
import { execFileSync } from 'node:child_process';

/** SOURCE_DATE_EPOCH (reproducible-builds.org), or the time of the last commit. */
export function builtAtSeconds(repository: string, environment: NodeJS.ProcessEnv): number {
  const said =
    environment.SOURCE_DATE_EPOCH ??
    execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: repository, encoding: 'utf8' }).trim();
  if (!/^\d{1,11}$/.test(said)) throw new Error(`SOURCE_DATE_EPOCH is no time: ${said}`);
  return Number(said);
}
