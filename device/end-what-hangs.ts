/** After a run is over, for what it has closed to go. */
const HANGING_MAX_MS = 5_000;

/**
 * A read of a mount whose server is gone never ends, keeps the process, and exit(3) would wait for its thread: a service
 * would never be over, and cron would leave one more each night. So the process becomes another that ends with its code.
 */
export function endWhatHangs(process: NodeJS.Process): void {
  const end = () => {
    process.execve?.('/bin/sh', ['sh', '-c', `exit ${process.exitCode ?? 0}`], {});
    process.kill(process.pid, 'SIGKILL');
  };
  setTimeout(end, HANGING_MAX_MS).unref();
}
