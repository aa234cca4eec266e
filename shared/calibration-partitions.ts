/**
 * Partitions that hold what the factory measured on one module, or who it is, by the names that Qualcomm's and Quectel's
 * tables give them: EFS2 and its companions on NAND (edl 1d); on a disk the modem's file systems modemst1 and modemst2,
 * their golden copy fsg and their cookie fsc (linux-msm/rmtfs serves the modem's EFS from these four), and persist.
 */
const CALIBRATION = new Set([
  'efs2',
  'sys_rev',
  'rawdata',
  'cust_info',
  'modemst1',
  'modemst2',
  'fsg',
  'fsc',
  'persist',
]);

/** Case and the letter of an A/B pair do not matter. */
export function isCalibrationPartition(name: string): boolean {
  return CALIBRATION.has(name.toLowerCase().replace(/_[ab]$/, ''));
}
