/** The configuration of a Swift cluster of one replica on loopback, with the S3 API in front. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type SwiftPorts = Readonly<Record<'proxy' | 'account' | 'container' | 'object' | 'memcached', number>>;

/** tempauth's user `account:name` is the access key, its password the secret. */
export const SWIFT_CREDENTIALS = { accessKeyId: 'test:tester', secretAccessKey: 'testing' } as const;

const PIPELINE =
  'catch_errors proxy-logging cache listing_formats bulk s3api tempauth slo copy dlo versioned_writes proxy-logging proxy-server';

/** Parts of the ring: a power of two; small, because it is made anew for each start. */
export const RING_PART_POWER = 4;

export async function writeSwiftConfig(directory: string, ports: SwiftPorts): Promise<void> {
  await mkdir(join(directory, 'devices', 'd1'), { recursive: true });
  await writeFile(
    join(directory, 'swift.conf'),
    `[swift-hash]
swift_hash_path_suffix = cistern
swift_hash_path_prefix = test
[storage-policy:0]
name = default
default = yes
`,
  );
  await writeFile(join(directory, 'proxy-server.conf'), proxyConfig(directory, ports));
  for (const kind of ['account', 'container', 'object'] as const)
    await writeFile(join(directory, `${kind}-server.conf`), storageConfig(directory, kind, ports[kind]));
}

function common(directory: string, port: number): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = root
swift_dir = ${directory}
log_level = WARNING
log_address = ${join(directory, 'no-syslog')}
`;
}

function storageConfig(directory: string, kind: 'account' | 'container' | 'object', port: number): string {
  return `${common(directory, port)}devices = ${join(directory, 'devices')}
mount_check = false
fallocate_reserve = 0
disable_fallocate = true
[pipeline:main]
pipeline = ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
[filter:recon]
use = egg:swift#recon
recon_cache_path = ${directory}
`;
}

function proxyConfig(directory: string, { proxy, memcached }: SwiftPorts): string {
  const { accessKeyId, secretAccessKey } = SWIFT_CREDENTIALS;
  const [account, user] = accessKeyId.split(':');
  const plain = ['catch_errors', 'proxy_logging', 'listing_formats', 'bulk', 'slo', 'copy', 'dlo']
    .concat('versioned_writes')
    .map((name) => `[filter:${name.replace('proxy_logging', 'proxy-logging')}]\nuse = egg:swift#${name}\n`);
  return `${common(directory, proxy)}[pipeline:main]
pipeline = ${PIPELINE}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
# Storage servers that are asked before they listen would be left alone for a minute.
error_suppression_interval = 0
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcached}
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_${account}_${user} = ${secretAccessKey} .admin
${plain.join('')}`;
}
